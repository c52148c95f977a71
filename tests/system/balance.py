# SPDX-License-Identifier: Apache-2.0
"""A balancer for tests: balance.py PORT BACKEND_PORT... gives each connection to the next back-end that takes it."""
import asyncio
import itertools
import sys

port, backends = int(sys.argv[1]), [int(argument) for argument in sys.argv[2:]]
turns = itertools.cycle(backends)


async def relay(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    for _ in backends:
        try:
            upstream, downstream = await asyncio.open_connection("127.0.0.1", next(turns))
        except OSError:
            continue
        await asyncio.gather(relay(reader, downstream), relay(upstream, writer))
        return
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


asyncio.run(main())
