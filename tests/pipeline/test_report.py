import json

from rofi.pipeline.report import BatchReport, FileReport, Outcome

DONE = FileReport("a.jpg", Outcome.DONE, "out/rofi-a.png", seconds=1.25)
SKIPPED = FileReport("b.jpg", Outcome.SKIPPED, "out/rofi-b.png")
FAILED = FileReport("c.jpg", Outcome.FAILED, error="NoFaceFound", message="c.jpg: no face found")


def test_skipped_files_are_no_failures():
    assert BatchReport([DONE, SKIPPED]).exit_code == 0
    assert BatchReport([DONE, SKIPPED, FAILED]).exit_code == 1
    assert BatchReport([DONE], interrupted=True).exit_code == 1


def test_the_report_is_plain_json():
    told = json.loads(json.dumps(BatchReport([DONE, SKIPPED, FAILED], seconds=2.00049).to_dict()))
    assert told["counts"] == {"done": 1, "skipped": 1, "failed": 1}
    assert (told["seconds"], told["interrupted"]) == (2.0, False)
    assert told["files"][0] == {
        "source": "a.jpg",
        "outcome": "done",
        "result": "out/rofi-a.png",
        "error": None,
        "message": None,
        "warning": None,
        "seconds": 1.25,
        "tier": None,
        "key_fits": None,
        "detail": None,
    }
    assert [file["error"] for file in told["files"]] == [None, None, "NoFaceFound"]
