// SPDX-License-Identifier: MIT
//
// A server on all processors: a process for each, all listening on one port.
//
//   node dist/examples/cluster.mjs [PORT] [WORKERS]
//
// The kernel spreads new clients over the workers, and each connection stays with its worker. It reads key.pem and
// cert.pem from the folder that it is started in.
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { listen } from 'kquic';

const [port = '4433', workers = availableParallelism()] = process.argv.slice(2);

function supervise(): void {
  for (let i = 0; i < Number(workers); i++) cluster.fork();
  cluster.on('exit', (worker, code, signal) => {
    console.log(`worker ${worker.id} ended with ${signal || code}`);
    // The other workers go on meanwhile.
    if (!worker.exitedAfterDisconnect) cluster.fork();
  });
  process.once('SIGTERM', () => {
    cluster.disconnect();
  });
}

async function serve(id: number): Promise<void> {
  const server = await listen(
    {
      port: Number(port),
      reusePort: true,
      alpn: 'echo',
      key: readFileSync('key.pem'),
      cert: readFileSync('cert.pem'),
    },
    async (connection) => {
      for await (const stream of connection) {
        if (stream.direction === 'uni') stream.stopSending();
        else stream.resume().end(`worker ${id}, process ${process.pid}\n`);
      }
    },
  );
  console.log(`worker ${id} listens on port ${server.address().port}`);
  // cluster.disconnect() was called: connections that are open may finish.
  process.once('disconnect', () => void server.close({ timeout: 1000 }));
}

if (cluster.worker === undefined) supervise();
else await serve(cluster.worker.id);
