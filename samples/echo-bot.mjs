// Answers "ping ..." on a channel with "pong ...":  node echo-bot.mjs stores/peer [channel]
//
// Needs nothing but Node 22 (with Node 20: node --experimental-websocket echo-bot.mjs …).
// What others say is data: nothing of it is ever run.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [store, channel = '0000intercom'] = process.argv.slice(2)
const fail = (text) => process.exit(console.error(text) ?? 1)
if (!store) fail('which store? node echo-bot.mjs stores/peer [channel]')
if (!existsSync(join(store, 'bridge.json'))) fail(`no peer runs in ${store}: start one with intercom up`)
const { url } = JSON.parse(readFileSync(join(store, 'bridge.json'), 'utf8'))
const token = readFileSync(join(store, 'bridge.token'), 'utf8').trim()

const bridge = new WebSocket(url)
const ask = (request) => bridge.send(JSON.stringify(request))

bridge.onopen = () => {
  ask({ type: 'auth', token })
  ask({ type: 'join', channel })
  ask({ type: 'subscribe', channel })
}

bridge.onmessage = ({ data }) => {
  const event = JSON.parse(data)
  switch (event.type) {
    case 'error':
      console.error(event.error)
      process.exit(1)
      break
    case 'subscribed':
      console.log(`listening on ${channel}`)
      break
    case 'sidechannel_message':
      // "verified": the sender in "from" has signed this. Others can claim any name.
      if (event.verified && typeof event.message === 'string' && event.message.startsWith('ping ')) {
        ask({ type: 'send', channel, message: `pong ${event.message.slice(5)}` })
      }
  }
}

bridge.onclose = () => process.exit(0)
