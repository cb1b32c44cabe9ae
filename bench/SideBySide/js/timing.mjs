// Shared by the timed verbs.
export const now = () => performance.now();

export function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Writes `bytes` in pieces of `chunk`, waiting whenever the stream says so. */
export async function pump(stream, bytes, chunk) {
  const piece = Buffer.alloc(chunk, 7);
  for (let written = 0; written < bytes; written += chunk) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
  }
}

/** Completes when `bytes` have come in from now on. */
export function received(stream, bytes) {
  return new Promise((resolve) => {
    let left = bytes;
    const onData = (data) => {
      left -= data.byteLength;
      if (left > 0) return;
      stream.off('data', onData);
      resolve();
    };
    stream.on('data', onData);
  });
}

/** Megabytes a second of one transfer. */
export async function throughput(writer, reader, bytes, chunk) {
  const started = now();
  const arrived = received(reader, bytes);
  await pump(writer, bytes, chunk);
  await arrived;
  return bytes / 1e6 / ((now() - started) / 1e3);
}
