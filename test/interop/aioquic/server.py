# SPDX-License-Identifier: MIT
"""A foreign server: serves the files below a folder over HTTP/0.9 (ALPN hq-interop) with aioquic.

server.py PORT --cert FILE --key FILE --root DIR     prints "ready" once it listens
"""

import argparse
import asyncio
import os

from aioquic.asyncio import serve
from aioquic.quic.configuration import QuicConfiguration


def serve_files(root):
    async def answer(reader, writer):
        request = await reader.read()
        name = os.path.normpath("/" + request.decode().split()[1]).lstrip("/")
        try:
            with open(os.path.join(root, name), "rb") as file:
                while chunk := file.read(65536):
                    writer.write(chunk)
                    await writer.drain()
        except OSError:
            pass
        writer.write_eof()

    return lambda reader, writer: asyncio.ensure_future(answer(reader, writer))


async def main(args):
    configuration = QuicConfiguration(
        is_client=False, alpn_protocols=["hq-interop"], idle_timeout=30.0
    )
    configuration.load_cert_chain(args.cert, args.key)
    await serve(
        args.host, args.port, configuration=configuration, stream_handler=serve_files(args.root)
    )
    print("ready", flush=True)
    await asyncio.Event().wait()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("port", type=int)
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--cert", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--root", required=True)

if __name__ == "__main__":
    asyncio.run(main(parser.parse_args()))
