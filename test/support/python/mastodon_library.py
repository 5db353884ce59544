"""Speaks to a home by Mastodon.py as an app would: one JSON command a line in, one JSON answer a line out.

The first command names the home's address. A method of the library is called with the given arguments; what it answers
or raises is told.
"""
import json
import sys
import threading

from mastodon import Mastodon, StreamListener


def plain(value):
    """Ids are whole numbers here, and too long for a number of the other side."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(int(value))
    return str(value)


def answer(**parts):
    print(json.dumps(parts), flush=True)


class Events(StreamListener):
    """Keeps what a stream tells until it is asked for."""

    def __init__(self):
        self.told = []
        self.changed = threading.Condition()
        self.opened = threading.Event()

    def handle_stream(self, response):
        self.opened.set()
        super().handle_stream(response)

    def keep(self, kind, what):
        with self.changed:
            self.told.append([kind, plain(what)])
            self.changed.notify_all()

    def on_update(self, status):
        self.keep("update", status)

    def on_notification(self, notification):
        self.keep("notification", notification)

    def on_delete(self, status_id):
        self.keep("delete", status_id)

    def on_status_update(self, status):
        self.keep("status_update", status)

    def next(self, seconds=60):
        with self.changed:
            if not self.changed.wait_for(lambda: self.told, seconds):
                raise TimeoutError("the stream told nothing")
            return self.told.pop(0)


def main():
    client = None
    events = Events()
    streams = []
    for line in sys.stdin:
        command = json.loads(line)
        name, args, named = command["call"], command.get("args", []), command.get("named", {})
        try:
            if name == "register":
                ids = Mastodon.create_app("Mastodon.py", scopes=["read", "write", "follow", "push"], api_base_url=args[0])
                client = Mastodon(*ids, api_base_url=args[0], request_timeout=60)
                result = None
            elif name == "next_event":
                result = events.next()
            elif name.startswith("stream_"):
                stream = getattr(client, name)
                events.opened.clear()
                streams.append(stream(events, run_async=True, timeout=60, **named))
                # It is opened by a thread of its own: what happens before is not told.
                if not events.opened.wait(60):
                    raise TimeoutError("the stream was not opened")
                result = None
            elif name == "fetch_next":
                result = client.fetch_next(last)
            else:
                last = getattr(client, name)(*args, **named)
                result = last
            answer(result=plain(result))
        except Exception as error:  # told to the test, which decides
            answer(error=f"{type(error).__name__}: {error}")
    for stream in streams:
        stream.close()


main()
