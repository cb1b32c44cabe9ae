// A WebSocket server as small as it can be: text frames, no extensions. Node.js has none of its own.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const Text = 1;
const Close = 8;
const Ping = 9;
const Pong = 10;

/** Listens on loopback; `onClient` gets each client and returns what takes its texts. Answers the port. */
export async function listen(onClient) {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const salted = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(salted).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.setNoDelay(true);
    socket.on('error', () => {});
    read(socket, head, onClient({ send: (text) => socket.write(frame(Text, Buffer.from(text))), socket }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

function read(socket, head, onText) {
  let waiting = Buffer.alloc(0);
  const take = (data) => {
    waiting = waiting.length === 0 ? data : Buffer.concat([waiting, data]);
    for (let taken = parse(waiting); taken; taken = parse(waiting)) {
      waiting = waiting.subarray(taken.end);
      if (taken.kind === Text) onText(taken.payload.toString());
      else if (taken.kind === Ping) socket.write(frame(Pong, taken.payload));
      else if (taken.kind === Close) socket.end(frame(Close, taken.payload));
    }
  };
  socket.on('data', take);
  take(head);
}

/** The first whole frame of a client, unmasked; null when there is none yet. */
function parse(bytes) {
  if (bytes.length < 2) return null;
  let at = 2;
  let length = bytes[1] & 127;
  if (length >= 126) {
    const size = length === 126 ? 2 : 8;
    if (bytes.length < at + size) return null;
    length = size === 2 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at));
    at += size;
  }
  const end = at + 4 + length;
  if (bytes.length < end) return null;
  const payload = Buffer.from(bytes.subarray(at + 4, end));
  for (let i = 0; i < length; i++) payload[i] ^= bytes[at + (i & 3)];
  return { kind: bytes[0] & 15, payload, end };
}

function frame(kind, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
  head[0] = 128 | kind;
  if (length < 126) head[1] = length;
  else if (length < 65536) head.writeUInt16BE(length, 2), (head[1] = 126);
  else head.writeBigUInt64BE(BigInt(length), 2), (head[1] = 127);
  return Buffer.concat([head, payload]);
}
