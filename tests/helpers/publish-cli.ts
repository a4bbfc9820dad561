import { parseArgs } from 'node:util';
import { publish } from './publisher.ts';

const HELP = `Publishes a looped test picture to an origin, as a studio would.
  --origin URL    http://127.0.0.1:8080 when not said
  --seconds N     length of the broadcast; until Ctrl-C when not said
  --past N        seconds of it that are there from the start
  --parts N       100 or 300 parts to a segment
  --title TEXT`;

const { values } = parseArgs({
  options: {
    origin: { type: 'string', default: 'http://127.0.0.1:8080' },
    seconds: { type: 'string' },
    past: { type: 'string', default: '0' },
    parts: { type: 'string', default: '100' },
    title: { type: 'string', default: 'Test picture' },
    help: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

if (values.help) print(HELP);
else {
  const publisher = await publish({
    origin: values.origin,
    title: values.title,
    pastSeconds: Number(values.past),
    partsPerSegment: values.parts === '300' ? 300 : 100,
    ...(values.seconds === undefined ? {} : { seconds: Number(values.seconds) }),
  });
  print(`live: ${values.origin}/watch/${publisher.id}`);
  process.once('SIGINT', () => void publisher.end().then(() => print('ended')));
  await publisher.finished;
  if (values.seconds !== undefined) await publisher.end();
}
