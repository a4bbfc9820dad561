import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { LendJoined, LiveLook, LiveWord, LookVerdict, NewLendInvitation } from '../../src/protocol/lend.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../../src/protocol/tick.ts';
import { help, ingest, lend, live } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { audioTrack, initOf, type PartTweak, partOf, sha256, videoTrack } from './origin-test-media.ts';
import type { TestBroadcast, TestOrigin } from './origin-test-server.ts';

const AVCC = Buffer.from([1, 0x42, 0xc0, 0x1f, 0xff, 0xe0, 0]).toString('base64');
const json = { 'content-type': 'application/json' };
export const HELPED = { ...videoTrack(240), bitrateBps: 200_000, madeBy: 'helpers' } as const;
const TRACKS = [videoTrack(360), HELPED, audioTrack];

export async function helpedLive(origin: TestOrigin): Promise<TestBroadcast> {
  const broadcast = await origin.reserve();
  for (const track of TRACKS) await broadcast.putInit(track.id, initOf(track));
  const availabilityStartMs = origin.clock.nowMs();
  const request = { availabilityStartMs, grid: DEFAULT_GRID, tracks: TRACKS };
  const started = await broadcast.postJson(ingest.start(broadcast.id), request);
  if (started.status !== 200) throw new Error(await started.text());
  return broadcast;
}

/** A part of the helped rendition as an encoder makes it: its first picture says what it is. */
export function made(part: number, isKey: boolean, tweak: PartTweak = {}): Part {
  const { bytes } = partOf('v240', part, DEFAULT_GRID, tweak);
  const sampleBytes = tweak.sampleBytes ?? 40;
  const pictures = tweak.sampleCount ?? 3;
  const view = Buffer.from(bytes);
  for (let i = 0; i < pictures; i++) {
    const at = view.length - (pictures - i) * sampleBytes;
    view.writeUInt32BE(sampleBytes - 4, at);
    view[at + 4] = i === 0 && isKey ? 0x65 : 0x41;
  }
  return { track: 'v240', part, bytes: view, digest: sha256(view) };
}

export class Helper {
  readonly joined: LendJoined;
  readonly #origin: TestOrigin;
  readonly words: LiveWord[] = [];
  #ending = new AbortController();

  constructor(origin: TestOrigin, joined: LendJoined) {
    this.#origin = origin;
    this.joined = joined;
  }

  static async join(origin: TestOrigin, broadcast: TestBroadcast, name: string): Promise<Helper> {
    const invited = await broadcast.postJson(help.invitations(broadcast.id), { forMs: 3600_000 });
    const { url } = (await invited.json()) as NewLendInvitation;
    const body = JSON.stringify({ invitation: url.split('#')[1], name, configs: { v240: AVCC } });
    const answer = await origin.get(lend.join, { method: 'POST', headers: json, body });
    if (answer.status !== 201) throw new Error(await answer.text());
    const helper = new Helper(origin, (await answer.json()) as LendJoined);
    await helper.listen();
    return helper;
  }

  get headers() {
    return { authorization: `Bearer ${this.joined.token}` };
  }

  async listen(): Promise<void> {
    this.#ending = new AbortController();
    const answer = await this.#origin.get(lend.live, { headers: this.headers, signal: this.#ending.signal });
    const read = async (): Promise<void> => {
      let text = '';
      for await (const chunk of answer.body ?? []) {
        const lines = (text + Buffer.from(chunk).toString()).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.words.push(JSON.parse(line) as LiveWord);
      }
    };
    read().catch(() => undefined);
    await until(() => this.words.length).toBeGreaterThan(0);
  }

  /** What it is to make, and when no more. */
  get orders(): readonly string[] {
    const leases = new Set(this.words.flatMap((word) => (word.kind === 'make' ? [word.lease] : [])));
    return this.words.flatMap((word) =>
      (word.kind === 'make' || word.kind === 'stop') && leases.has(word.lease)
        ? [`${word.kind} ${word.segment} ${word.fromPart}`]
        : [],
    );
  }

  get looks(): readonly LiveLook[] {
    return this.words.flatMap((word) => (word.kind === 'look' ? [word.look] : []));
  }

  made(look: LiveLook, track: string): Promise<Response> {
    const url = lend.liveMade(track, `${look.fromPart}-${look.toPart}`);
    return this.#origin.get(url, { headers: this.headers });
  }

  say(look: LiveLook, verdict: LookVerdict): Promise<Response> {
    const headers = { ...this.headers, ...json };
    return this.#origin.get(lend.liveLook(look.look), { method: 'POST', headers, body: JSON.stringify(verdict) });
  }

  vanish(): void {
    this.#ending.abort();
  }

  send(segment: number, ...parts: Part[]): Promise<Response> {
    const headers = { ...this.headers, 'content-type': TICK_CONTENT_TYPE };
    return this.#origin.get(lend.liveParts(segment), { method: 'POST', headers, body: Buffer.from(encodeTick(parts)) });
  }
}

/** A second of the creator's own parts at a time, and the origin's clock with them. */
export async function goOn(origin: TestOrigin, broadcast: TestBroadcast, from: number, to: number): Promise<void> {
  for (let part = from; part < to; part += 10) {
    await broadcast.sendTicks(part, Math.min(to, part + 10));
    for (let at = 0; at < Math.min(10, to - part); at++) origin.clock.advance(100);
  }
}

export const manifestOf = async (origin: TestOrigin, { id }: TestBroadcast): Promise<string> =>
  (await origin.get(live.manifest(id, 100))).text();

export const periodsWith = (manifest: string, track: string): readonly string[] =>
  manifest
    .split('<Period ')
    .slice(1)
    .filter((period) => period.includes(`id="${track}"`))
    .map((period) => /id="(p\d+)"/.exec(period)?.[1] ?? '');

/** A whole segment of the source, and of what one helper makes of it. */
export async function makeSegment(origin: TestOrigin, broadcast: TestBroadcast, helper: Helper, segment: number) {
  // So often that nobody takes it for silent.
  for (let part = segment * 100; part < (segment + 1) * 100; part += 2) {
    await goOn(origin, broadcast, part, part + 2);
    const answer = await helper.send(segment, made(part, part % 20 === 0), made(part + 1, false));
    if (answer.status !== 200) throw new Error(await answer.text());
  }
}
