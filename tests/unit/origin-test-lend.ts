import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import {
  type HelpState,
  type LendJoined,
  type LendWork,
  type LendWorkRequest,
  type NewLendInvitation,
  SOURCE_CONTENT_TYPE,
} from '../../src/protocol/lend.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../../src/protocol/tick.ts';
import { help, ingest, lend } from '../../src/protocol/urls.ts';
import { partOf } from './origin-test-media.ts';
import type { TestBroadcast, TestOrigin } from './origin-test-server.ts';

const HOUR_MS = 3600_000;
/** What `initOf` says: the encoder of a helper has to say the same. */
export const AVCC = Buffer.from([1, 0x42, 0xc0, 0x1f, 0xff, 0xe0, 0]).toString('base64');

export async function upload(origin: TestOrigin): Promise<TestBroadcast> {
  const broadcast = await origin.reserve('Film');
  await broadcast.putInits();
  const started = await broadcast.postJson(ingest.start(broadcast.id), {
    availabilityStartMs: origin.clock.nowMs(),
    grid: DEFAULT_GRID,
    tracks: broadcast.tracks,
    upload: { durationMs: 25_000, endParts: { v360: 250, a128: 250 } },
  });
  if (started.status !== 200) throw new Error(await started.text());
  return broadcast;
}

export const json = { 'content-type': 'application/json' };

export class Studio {
  readonly broadcast: TestBroadcast;
  readonly #origin: TestOrigin;

  constructor(origin: TestOrigin, broadcast: TestBroadcast) {
    this.#origin = origin;
    this.broadcast = broadcast;
  }

  async invite(forMs = HOUR_MS): Promise<{ token: string; id: string; url: string }> {
    const answer = await this.broadcast.postJson(help.invitations(this.broadcast.id), { forMs });
    const { invitation, url } = (await answer.json()) as NewLendInvitation;
    return { token: url.split('#')[1] ?? '', id: invitation.id, url };
  }

  offer(segment: number, bytes = `source of ${segment}`): Promise<Response> {
    const headers = { ...this.broadcast.headers, 'content-type': SOURCE_CONTENT_TYPE };
    return this.#origin.get(help.job(this.broadcast.id, segment), { method: 'PUT', headers, body: bytes });
  }

  ask(method: string, url: string): Promise<Response> {
    return this.#origin.get(url, { method, headers: this.broadcast.headers });
  }

  async state(): Promise<HelpState> {
    return (await (await this.ask('GET', help.state(this.broadcast.id))).json()) as HelpState;
  }

  judge(segment: number, verdict: unknown): Promise<Response> {
    return this.broadcast.postJson(help.verdict(this.broadcast.id, segment), verdict);
  }
}

export class Helper {
  readonly joined: LendJoined;
  readonly #origin: TestOrigin;

  constructor(origin: TestOrigin, joined: LendJoined) {
    this.#origin = origin;
    this.joined = joined;
  }

  static async join(origin: TestOrigin, invitation: string, name = 'Friend'): Promise<Helper> {
    const answer = await joinAs(origin, invitation, { v360: AVCC }, name);
    if (answer.status !== 201) throw new Error(await answer.text());
    return new Helper(origin, (await answer.json()) as LendJoined);
  }

  at(origin: TestOrigin): Helper {
    return new Helper(origin, this.joined);
  }

  ask(method: string, url: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${this.joined.token}`, ...json };
    return this.#origin.get(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  }

  async work(change: Partial<LendWorkRequest> = {}): Promise<LendWork> {
    const request = { held: [], framesPerSecond: 30, roundTripMs: 20, serviceMs: null, isWilling: true, ...change };
    const answer = await this.ask('POST', lend.work, request);
    if (answer.status !== 200) throw new Error(await answer.text());
    return (await answer.json()) as LendWork;
  }

  send(segment: number, parts: readonly Part[]): Promise<Response> {
    const headers = { authorization: `Bearer ${this.joined.token}`, 'content-type': TICK_CONTENT_TYPE };
    const body = Buffer.from(encodeTick(parts));
    return this.#origin.get(lend.result(segment), { method: 'POST', headers, body });
  }

  done(segment: number, body: unknown = { kind: 'made' }): Promise<Response> {
    return this.ask('POST', lend.done(segment), body);
  }

  async make(segment: number): Promise<unknown> {
    const sent = await this.send(segment, partsOf(segment));
    if (sent.status !== 200) throw new Error(await sent.text());
    return (await this.done(segment)).json();
  }
}

export const partsOf = (segment: number): Part[] =>
  Array.from({ length: Math.min(100, 250 - segment * 100) }, (_, i) => partOf('v360', segment * 100 + i, DEFAULT_GRID));

export const joinAs = (origin: TestOrigin, invitation: string, configs: unknown, name = 'Friend'): Promise<Response> =>
  origin.get(lend.join, { method: 'POST', headers: json, body: JSON.stringify({ invitation, name, configs }) });

export const look = (origin: TestOrigin, invitation: string): Promise<Response> =>
  origin.get(lend.look, { method: 'POST', headers: json, body: JSON.stringify({ invitation }) });

export async function scene(origin: TestOrigin) {
  const studio = new Studio(origin, await upload(origin));
  const invitation = await studio.invite();
  return { studio, invitation, helper: await Helper.join(origin, invitation.token) };
}
