import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Holds PDF files against veraPDF's rules for PDF/UA-1. Takes their paths; prints, with tabs between:
 * path, "checked", number of rules, number of checks - once for each file;
 * path, rule, how often it is broken, what it says, where it is first broken - for each broken rule.
 */
public final class ValidatePdf {
    private static final PDFAFlavour STANDARD = PDFAFlavour.PDFUA_1;
    private static final String RULES = "/org/verapdf/pdfa/validation/PDFUA-1.xml";

    public static void main(String[] paths) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        ValidationProfile profile = profile();
        for (String path : paths) {
            try (PDFAParser file = Foundries.defaultInstance().createParser(new File(path), STANDARD)) {
                report(path, Foundries.defaultInstance().createValidator(profile, false).validate(file));
            }
        }
    }

    private static void report(String path, ValidationResult result) {
        line(path, "checked", result.getValidationProfile().getRules().size(), result.getTotalAssertions());
        for (Map.Entry<RuleId, Integer> broken : result.getFailedChecks().entrySet()) {
            RuleId rule = broken.getKey();
            String place = result.getTestAssertions().stream()
                    .filter(check -> check.getStatus() == TestAssertion.Status.FAILED && check.getRuleId().equals(rule))
                    .findFirst().map(check -> check.getLocation().getContext()).orElse("");
            String says = result.getValidationProfile().getRuleByRuleId(rule).getDescription();
            line(path, rule.getClause() + "-" + rule.getTestNumber(), broken.getValue(), says, place);
        }
    }

    private static void line(Object... parts) {
        List<String> texts = new ArrayList<>();
        for (Object part : parts) {
            texts.add(part.toString().replaceAll("\\s+", " ").trim());
        }
        System.out.println(String.join("\t", texts));
    }

    /** The rules as the library ships them. Its own reader needs JAXB, which the package left out; Java's XML reader does. */
    private static ValidationProfile profile() throws Exception {
        Document xml;
        try (InputStream file = ValidatePdf.class.getResourceAsStream(RULES)) {
            xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
        }
        Set<Rule> rules = new HashSet<>();
        for (Element rule : all(xml.getDocumentElement(), "rule")) {
            Element id = all(rule, "id").get(0);
            rules.add(Profiles.ruleFromValues(
                    Profiles.ruleIdFromValues(
                            STANDARD.getPart(), id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
                    rule.getAttribute("object"),
                    Boolean.valueOf(rule.getAttribute("deferred")),
                    rule.getAttribute("tags"),
                    text(rule, "description"),
                    text(rule, "test"),
                    Profiles.errorFromValues(text(rule, "message"), List.of()),
                    List.of()));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element variable : all(xml.getDocumentElement(), "variable")) {
            variables.add(Profiles.variableFromValues(
                    variable.getAttribute("name"),
                    variable.getAttribute("object"),
                    text(variable, "defaultValue"),
                    text(variable, "value")));
        }
        return Profiles.profileFromValues(STANDARD, Profiles.profileDetailsFromValues("", "", "", new Date(0)), "", rules, variables);
    }

    private static List<Element> all(Element above, String tag) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = above.getElementsByTagName(tag);
        for (int place = 0; place < nodes.getLength(); place++) {
            found.add((Element) nodes.item(place));
        }
        return found;
    }

    private static String text(Element above, String tag) {
        return all(above, tag).get(0).getTextContent();
    }
}
