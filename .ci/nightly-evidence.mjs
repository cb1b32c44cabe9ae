// Turns the CTRF reports of a nightly run (the folder given, then the rooms if not all of them ran) into docs/evidence/<day>-<commit>-nightly.json and the table in
// docs/evidence/README.md, and prints the closing line. Exits with 1 when anything failed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, release, type } from 'node:os'
import { join } from 'node:path'

const [reports, ...only] = process.argv.slice(2)
const evidence = 'docs/evidence'
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' }).trim()

// "Namespace.Class.Method(argument)": the class and the method are enough beside the room.
const shorten = name => name.split('(')[0].split('.').slice(-2).join('.') + (name.match(/\(.*\)$/)?.[0] ?? '')

const rooms = readdirSync(reports).filter(file => file.endsWith('.json')).sort()
const tests = rooms.flatMap(file =>
  JSON.parse(readFileSync(join(reports, file), 'utf8')).results.tests.map(test => {
    const told = key => (test.stdout ?? []).map(line => line.match(`^${key}=(.+)$`)?.[1]).filter(Boolean)
    const said = key => told(key).find(text => /^\d+$/.test(text))
    const number = text => (text === undefined ? null : Number(text))
    return {
      room: file.replace(/\.Tests\.json$/, ''),
      test: shorten(test.name),
      kind: test.labels?.Category ?? '',
      inputs: number(said('inputs')),
      seed: number(said('TEST_SEED')),
      seconds: Math.round(test.duration / 100) / 10,
      outcome: test.status,
      measured: told('measured')
    }
  })
)

// A room that ended without a report, or with an error beside its tests, counts as one failure.
const failedTests = tests.filter(test => test.outcome === 'failed')
const failedRooms = existsSync(join(reports, 'failed'))
  ? readFileSync(join(reports, 'failed'), 'utf8').split('\n').filter(Boolean).map(room => room.replace(/\.Tests$/, ''))
  : []
for (const room of failedRooms) {
  if (failedTests.some(test => test.room === room)) continue
  const test = { room, test: 'the whole room', kind: '', inputs: null, seed: null, seconds: 0, outcome: 'failed', measured: [] }
  tests.push(test)
  failedTests.push(test)
}
const passed = tests.filter(test => test.outcome === 'passed').length
const failed = failedTests.length

const summary = {
  date: new Date().toISOString().slice(0, 10),
  commit: run('git', 'rev-parse', '--short=12', 'HEAD') + (run('git', 'status', '--porcelain') ? ' with changes' : ''),
  iterations: Number(process.env.FUZZ_ITERATIONS),
  seed: Number(process.env.TEST_SEED),
  rooms: only.length > 0 ? only : 'all',
  machine: {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: `${type()} ${release()} ${arch()}`,
    dotnet: run('dotnet', '--version')
  },
  passed,
  failed,
  tests
}
mkdirSync(evidence, { recursive: true })
// Several nights of one commit have numbers, from the second on.
const name = `${summary.date}-${summary.commit.slice(0, 12)}`
const file = [`${name}-nightly.json`, ...Array.from({ length: 98 }, (_, i) => `${name}-${i + 2}-nightly.json`)].find(
  one => !existsSync(join(evidence, one))
)
writeFileSync(join(evidence, file), JSON.stringify(summary, null, 2) + '\n')

const nights = readdirSync(evidence).filter(file => /^\d{4}-\d\d-\d\d(-[0-9a-f]+)?(-\d+)?-nightly\.json$/.test(file)).sort().reverse()
const row = cells => `| ${cells.map(cell => String(cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`
const measured = tests.flatMap(t => t.measured.map(text => `- \`${t.test}\`: ${text}`))
const count = number => number?.toLocaleString('en')
const { machine } = summary
writeFileSync(
  join(evidence, 'README.md'),
  [
    '# Evidence',
    '',
    'Written by `.ci/nightly`, which feeds every decoder random and damaged bytes and runs the long random tests of the',
    'layers, the troubled towns on virtual time, the soaks that watch for leaks and the interop matrix. A night is repeated by its seed: `TEST_SEED=<seed> FUZZ_ITERATIONS=<inputs> .ci/nightly`.',
    '',
    `Last run: ${summary.date}, commit ${summary.commit}, seed ${summary.seed}, ${count(summary.iterations)} inputs per decoder,`,
    `${machine.cores} cores (${machine.processor}), ${machine.kernel}, .NET ${machine.dotnet}.`,
    '',
    row(['room', 'what', 'kind', 'inputs', 'seed', 'seconds', 'outcome']),
    row(['---', '---', '---', '--:', '--:', '--:', '---']),
    ...tests.map(t => row([t.room, `\`${t.test}\``, t.kind, count(t.inputs), t.seed, t.seconds, t.outcome])),
    '',
    ...(measured.length === 0 ? [] : ['## Measured in the last run', '', ...measured, '']),
    '## All runs',
    '',
    row(['date', 'commit', 'rooms', 'inputs', 'seed', 'passed', 'failed', 'machine']),
    row(['---', '---', '---', '--:', '--:', '--:', '--:', '---']),
    ...nights.map(file => {
      const night = JSON.parse(readFileSync(join(evidence, file), 'utf8'))
      const where = `${night.machine.cores} cores, ${night.machine.kernel}, .NET ${night.machine.dotnet}`
      const rooms = Array.isArray(night.rooms) ? night.rooms.join(', ') : 'all'
      const cells = [night.commit, rooms, count(night.iterations), night.seed, night.passed, night.failed, where]
      return row([`[${night.date}](${file})`, ...cells])
    }),
    ''
  ].join('\n')
)

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
