"""Messages that several browsers share."""

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
