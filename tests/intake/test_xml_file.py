"""An XML file is read as a tree with lines, or refused."""

import pytest

from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import XmlElement, read_xml_tree


@pytest.fixture
def write(tmp_path):
    def written(content: str | bytes):
        path = tmp_path / "return.xml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def refused(path) -> str:
    with pytest.raises(Refusal) as stop:
        read_xml_tree(path)
    return str(stop.value)


def test_elements_know_their_line_and_their_text(write):
    tree = read_xml_tree(write('<?xml version="1.0"?>\n<Message>\n  <Person>\n    <UPN> x &amp; y </UPN><Sex/>\n  </Person>\n</Message>'))
    assert tree == XmlElement("Message", 2, "", [XmlElement("Person", 3, "", [XmlElement("UPN", 4, "x & y"), XmlElement("Sex", 4)])])


def test_namespaces_comments_and_attributes_are_left_out(write):
    tree = read_xml_tree(write('<m:Message xmlns:m="urn:x"><!-- note --><m:Year unit="y">20<!-- cut -->25</m:Year></m:Message>'))
    assert [(child.name, child.text) for child in tree.children] == [("Year", "2025")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_that_the_file_declares_is_used(write, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><Name>Zoë</Name>'
    assert read_xml_tree(write(text.encode(encoding))).text == "Zoë"


@pytest.mark.parametrize(
    "declare",
    [
        "<!DOCTYPE m>",
        '<!DOCTYPE m SYSTEM "http://nowhere.invalid/x.dtd">',
        '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE m [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
    ],
)
def test_a_document_type_is_refused_with_its_line(write, declare):
    message = refused(write(f'<?xml version="1.0"?>\n{declare}\n<m>&a;</m>'))
    assert "return.xml, line 2: The file declares a document type" in message


def test_elements_nested_without_end_are_refused(write):
    assert "nested more deeply" in refused(write("<a>" * 100_000 + "</a>" * 100_000))


def test_elements_without_number_are_refused(write, monkeypatch):
    monkeypatch.setattr("svip_lib.intake.xml_file.ELEMENTS_LIMIT", 1_000)
    assert len(read_xml_tree(write("<a>" + "<b/>" * 999 + "</a>")).children) == 999
    assert "more elements" in refused(write("<a>" + "<b/>" * 1_000 + "</a>"))


def test_a_file_over_the_size_is_refused_unread(write):
    path = write("<a>")
    with path.open("r+b") as file:
        file.truncate(100_000_001)
    assert "more than 100 MB" in refused(path)


@pytest.mark.parametrize(
    "content", ["", "   ", "<a>\n<b>\n", "<a></b>", "a,b\n1,2\n", "<a/><b/>", '<?xml version="1.0" encoding="klingon"?><a/>']
)
def test_what_is_not_whole_xml_is_refused(write, content):
    assert "not well-formed" in refused(write(content))


def test_a_file_that_was_cut_off_is_refused_with_the_line_where_it_ends(write):
    assert "line 3" in refused(write("<a>\n<b>\n<c>x</c>"))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened" in refused(tmp_path / "nowhere.xml")
