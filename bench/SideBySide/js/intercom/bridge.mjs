// The WebSocket of SC-Bridge, as far as authentication and messages go.
import b4a from 'b4a';
import ws from 'bare-ws';

export class Bridge {
  #sidechannels;
  #token;
  #clients = new Set();
  #server;

  constructor({ sidechannels, token }) {
    this.#sidechannels = sidechannels;
    this.#token = token;
    this.#server = new ws.Server({ host: '127.0.0.1', port: 0 }, (socket) => this.#add(socket));
    sidechannels.onmessage = (channel, payload) => this.#publish(channel, payload);
  }

  get port() {
    return this.#server.address().port;
  }

  #add(socket) {
    const client = { socket, ready: false, filter: [], channels: null };
    this.#clients.add(client);
    tell(client, { type: 'hello', requiresAuth: true });
    socket.on('data', (data) => this.#take(client, JSON.parse(b4a.toString(data, 'utf8'))));
    for (const end of ['close', 'end', 'error']) socket.on(end, () => this.#clients.delete(client));
  }

  #take(client, request) {
    const reply = (answer) => tell(client, Number.isInteger(request.id) ? { id: request.id, ...answer } : answer);
    if (request.type === 'auth') {
      client.ready = request.token === this.#token;
      reply(client.ready ? { type: 'auth_ok' } : { type: 'error', error: 'Unauthorized.' });
    } else if (client.ready && request.type === 'send') {
      const channel = String(request.channel).trim();
      const isSent = this.#sidechannels.send(channel, request.message);
      reply(isSent ? { type: 'sent', channel } : { type: 'error', error: 'Send denied.' });
    }
  }

  // The text is written for each client anew.
  #publish(channel, payload) {
    const { id, from, origin, sig, relayedBy = null, ttl, ts, message } = payload;
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const event = { type: 'sidechannel_message', channel, id, from, origin, sig, relayedBy, ttl, ts, message };
    for (const client of this.#clients) if (client.ready && wants(client, channel, text)) tell(client, event);
  }
}

function wants({ channels, filter }, channel, text) {
  if (channels !== null && !channels.has(channel)) return false;
  if (filter.length === 0) return true;
  const searched = text.toLowerCase();
  return filter.some((group) => group.every((word) => searched.includes(word)));
}

function tell({ socket }, message) {
  socket.write(JSON.stringify(message));
}
