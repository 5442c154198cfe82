"""What a user reads when something is refused."""

import pickle

from svip_lib.config.refusal import Changed, Refusal


def test_a_refusal_goes_from_one_process_to_another_with_its_words():
    for refusal in (Refusal("It is wrong.", file="a.csv", line=3, column="b", remedy="Mend it."), Changed("reports")):
        again = pickle.loads(pickle.dumps(refusal))
        assert (type(again), str(again)) == (type(refusal), str(refusal))
