"""Reads what a home gives its owner to take along, with nothing but Python's own library, and says as JSON what it found."""

import csv
import html.parser
import io
import json
import posixpath
import sys
import urllib.parse
import zipfile

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.targets, self.anchors, self.words, self.flaws = [], [], set(), [], []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.targets += [named[name] for name in ("href", "src") if named.get(name)]
        if named.get("id"):
            self.anchors.add(named["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.flaws.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def read_archive(archive):
    def document(name):
        return json.loads(archive.read(name).decode("utf-8"))

    actor, outbox = document("actor.json"), document("outbox.json")
    names = set(archive.namelist())
    posts, missing = [], []
    for activity in outbox["orderedItems"]:
        if activity["type"] != "Create":
            posts.append([activity["type"], activity["object"]])
            continue
        note = activity["object"]
        posts.append([activity["type"], note["id"]])
        missing += [one["url"] for one in note.get("attachment", []) if one["url"].lstrip("/") not in names]
    lists = {
        name: sum(1 for _ in csv.reader(io.StringIO(archive.read(name).decode("utf-8"))))
        for name in sorted(names)
        if name.endswith(".csv")
    }
    return {
        "actor": actor["id"],
        "posts": posts,
        "counted": outbox["totalItems"],
        "likes": document("likes.json")["orderedItems"],
        "bookmarks": document("bookmarks.json")["orderedItems"],
        "missing": missing,
        "lists": lists,
    }


def read_pages(archive):
    names = [name for name in archive.namelist() if name.endswith(".html")]
    pages = {}
    for name in names:
        pages[name] = Page()
        pages[name].feed(archive.read(name).decode("utf-8"))
        pages[name].close()
    everything = set(archive.namelist())
    broken = []
    for name, page in pages.items():
        for target in page.targets:
            url = urllib.parse.urlsplit(target)
            if url.scheme:
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), urllib.parse.unquote(url.path) or name))
            if path not in everything or (url.fragment and url.fragment not in pages[path].anchors):
                broken.append([name, target])
    return {
        "pages": sorted(names),
        "broken": broken,
        "flaws": sorted(name for name, page in pages.items() if page.flaws or page.open),
        "words": " ".join(word.strip() for page in pages.values() for word in page.words if word.strip()),
    }


def main():
    what, path = sys.argv[1:]
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
        found = read_archive(archive) if what == "archive" else read_pages(archive)
    print(json.dumps({"damaged": damaged, **found}))


main()
