# SPDX-License-Identifier: MIT
"""A foreign client: fetches files over HTTP/0.9 (ALPN hq-interop) with aioquic, one stream each, all at once.

client.py HOST PORT --ca FILE --out DIR PATH...
"""

import argparse
import asyncio
import os
import sys

from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration


async def fetch(protocol, path, out):
    reader, writer = await protocol.create_stream()
    writer.write(f"GET {path}\r\n".encode())
    writer.write_eof()
    with open(os.path.join(out, os.path.basename(path)), "wb") as file:
        while chunk := await reader.read(65536):
            file.write(chunk)


async def main(args):
    configuration = QuicConfiguration(
        is_client=True,
        alpn_protocols=["hq-interop"],
        cafile=args.ca,
        server_name=args.server_name,
        idle_timeout=30.0,
    )
    async with connect(args.host, args.port, configuration=configuration) as protocol:
        await asyncio.gather(*(fetch(protocol, path, args.out) for path in args.path))
        protocol.close()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("host")
parser.add_argument("port", type=int)
parser.add_argument("path", nargs="+")
parser.add_argument("--ca", required=True)
parser.add_argument("--server-name", default="localhost")
parser.add_argument("--out", required=True)

if __name__ == "__main__":
    sys.exit(asyncio.run(main(parser.parse_args())))
