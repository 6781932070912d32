"""Messages that several browsers share."""

import json
import threading

from anim.settings import Picture
from anim.watch import messages
from anim.watch.follow import Follower
from anim.watch.messages import Messages, Seen
from tests.support.watching import record


def test_many_browsers_share_one_message(tmp_path, monkeypatch):
    record(tmp_path / "r", [0, 1])
    follower = Follower(tmp_path / "r", Picture())
    follower.look()
    made, page_data = [], messages.page_data
    monkeypatch.setattr(messages, "page_data", lambda *of: made.append(of) or page_data(*of))
    of_all, found = Messages(follower.picture), []
    threads = [
        threading.Thread(target=lambda: found.append(of_all.since(Seen(), follower.state)))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert found == [found[0]] * 10


def _new(shown, _):
    reel, _ = shown[0]
    return {"new": len(reel.clock.steps)}


def test_new_snapshots_come_with_the_length_of_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "page_data", _new)
    follower = Follower(tmp_path / "r", Picture())
    record(tmp_path / "r", range(16))
    follower.look()
    of_all = Messages(follower.picture)
    _, seen = of_all.since(Seen(), follower.state)
    record(tmp_path / "r", range(16, 21), resume=True)
    follower.look()
    event, _ = of_all.since(seen, follower.state)
    more = json.loads(event.decode().splitlines()[1].removeprefix("data: "))
    assert more["new"] == 5
    assert more["seconds"] == 8
