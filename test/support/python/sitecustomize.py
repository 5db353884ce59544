"""Python clients under test find a home by its name: HOMEBIRD_TEST_DIAL is `name=address:port`."""
import os
import socket

_name, _, _place = os.environ.get("HOMEBIRD_TEST_DIAL", "").partition("=")
_address, _, _port = _place.rpartition(":")
_resolve = socket.getaddrinfo


def _dial(host, port, *args, **kwargs):
    if _name and host == _name:
        return _resolve(_address, int(_port), *args, **kwargs)
    return _resolve(host, port, *args, **kwargs)


socket.getaddrinfo = _dial
