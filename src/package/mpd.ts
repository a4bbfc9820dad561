import type { TimelineCut } from '../protocol/broadcast.ts';
import { type Grid, SEGMENT_MS, SEGMENT_SECONDS } from '../protocol/grid.ts';
import { HELPED_LAG_SCHEME } from '../protocol/lend.ts';
import { type AudioTrack, isHelped, redoneId, type Track, type TrackId, type VideoTrack } from '../protocol/track.ts';
import { initFile } from '../protocol/urls.ts';
import { type Helped, stretchesOf } from './mpd-periods.ts';
import { type Attributes, element, textElement } from './mpd-xml.ts';

/** Everything a manifest is written from. Times are milliseconds since 1970 on the origin's clock. */
export interface MpdFacts {
  readonly id: string;
  readonly title: string;
  /** Wall clock of media zero: also when it was captured, because the origin holds requests that come too early. */
  readonly availabilityStartMs: number;
  /** When the facts last changed: the text changes exactly when this does. */
  readonly publishMs: number;
  readonly grid: Grid;
  readonly tracks: readonly Track[];
  /** In order; each begins a new Period. */
  readonly cuts: readonly TimelineCut[];
  /** What helpers make, and where. */
  readonly helped?: Helped;
}

/** One Period: whole segments from `segment` on, with the tracks it has. */
interface Span {
  readonly segment: number;
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly tracks: readonly Track[];
  /** What helpers make was made again (SPEC LEND17). */
  readonly isRedone: boolean;
  /** Where another encoder took over: the segment its init segment is named after. */
  readonly initSegments: ReadonlyMap<TrackId, number>;
}

/** How a live manifest cuts the segments: into `pieces` objects each (segment sequences), or one that grows. */
export type MpdView = { readonly kind: 'pieces'; readonly pieces: number } | { readonly kind: 'chunked' };

const PROFILES = 'urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019';
const MAX_LATENCY_MS = 6000;
const CHUNKED_TARGET_MS = 500;
const UPDATE_SECONDS = 2;
const SETS_PER_PERIOD = 100;

const iso = (wallMs: number): string => new Date(wallMs).toISOString();
/** Seconds with at most three decimals and no exponent: `PT10S`, `PT0.1S`. */
const seconds = (valueMs: number): string => String(Number((valueMs / 1000).toFixed(3)));
const duration = (valueMs: number): string => `PT${seconds(valueMs)}S`;

/** What players ask for glass to glass; the smallest view aims lowest, the 2 s view cannot. */
function latencyMs(view: MpdView): { target: number; min: number } {
  if (view.kind === 'chunked') return { target: CHUNKED_TARGET_MS, min: 200 };
  const pieceMs = SEGMENT_MS / view.pieces;
  if (pieceMs < 100) return { target: 250, min: 150 };
  return { target: Math.max(400, 2 * pieceMs), min: Math.max(200, pieceMs) };
}

/** Boxes cost bytes that the encoder does not count: about 150 a part, and rate control overshoots a little. */
const bandwidthBps = (track: Track, partsPerSegment: number): number =>
  Math.ceil(track.bitrateBps * 1.05 + (150 * 8 * partsPerSegment) / SEGMENT_SECONDS);

const utcTiming = (timeUrl: string): string =>
  element('UTCTiming', { schemeIdUri: 'urn:mpeg:dash:utc:http-iso:2014', value: timeUrl });

const initialization = (segment: number): string => `$RepresentationID$/${initFile(segment)}`;

/** Everything else of the template is the set's. */
const ownTemplate = (initSegment: number | undefined, media?: string): readonly string[] => {
  if (initSegment === undefined && media === undefined) return [];
  const own = initSegment === undefined ? undefined : initialization(initSegment);
  return [element('SegmentTemplate', { initialization: own, media })];
};

/** The representation stays the same: only where its media lie is another place. */
const redoneMedia = (media: string): string => media.replace('$RepresentationID$', redoneId('$RepresentationID$'));

function videoRepresentation(track: VideoTrack, partsPerSegment: number, template: readonly string[]): string {
  const facts = {
    id: track.id,
    codecs: track.codecs,
    bandwidth: bandwidthBps(track, partsPerSegment),
    width: track.width,
    height: track.height,
    frameRate: track.frameRate,
    sar: '1:1',
  };
  return element('Representation', facts, template);
}

function audioRepresentation(track: AudioTrack, partsPerSegment: number, initSegment: number | undefined): string {
  const channels = element('AudioChannelConfiguration', {
    schemeIdUri: 'urn:mpeg:mpegB:cicp:ChannelConfiguration',
    value: track.channels,
  });
  const facts = { id: track.id, codecs: track.codecs, bandwidth: bandwidthBps(track, partsPerSegment) };
  return element('Representation', { ...facts, audioSamplingRate: track.sampleRateHz }, [
    channels,
    ...ownTemplate(initSegment),
  ]);
}

function ratio(width: number, height: number): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(width, height);
  return `${width / common}:${height / common}`;
}

interface Timing {
  /** What a player is told about the growing end; nothing in a static manifest. */
  readonly before: (kind: Track['kind'], referenceId: number) => readonly string[];
  readonly after: (kind: Track['kind']) => readonly string[];
  readonly template: Attributes;
  readonly media: string;
}

function segmentTemplate(timing: Timing, { segment, startMs }: Span): string {
  return element('SegmentTemplate', {
    timescale: 1000,
    duration: SEGMENT_MS,
    startNumber: segment,
    presentationTimeOffset: startMs === 0 ? undefined : startMs,
    ...timing.template,
    initialization: initialization(0),
    media: timing.media,
  });
}

/** Sets of the same id in two Periods are the same content, so that players keep their choice across them. */
const languagesOf = (tracks: readonly Track[]): string[] => [
  ...new Set(tracks.flatMap((track) => (track.kind === 'audio' ? [track.language] : []))),
];
const hasVideo = (tracks: readonly Track[]): boolean => tracks.some((track) => track.kind === 'video');

function adaptationSets(facts: MpdFacts, span: Span, timing: Timing): string[] {
  const parts = facts.grid.partsPerSegment;
  const video = span.tracks.filter((track) => track.kind === 'video');
  const sets: string[] = [];
  const common = { segmentAlignment: true, startWithSAP: 1 };
  const body = (kind: Track['kind'], id: number, representations: readonly string[]): string[] => {
    // An id of its own in the whole manifest, and the first one is 1.
    const before = timing.before(kind, span.segment * SETS_PER_PERIOD + id);
    return [...before, ...timing.after(kind), segmentTemplate(timing, span), ...representations];
  };
  const largest = video.toSorted((a, b) => b.height - a.height)[0];
  if (largest !== undefined) {
    const size = { par: ratio(largest.width, largest.height), maxWidth: largest.width, maxHeight: largest.height };
    const head = { id: 1, contentType: 'video', mimeType: 'video/mp4', ...common, ...size };
    const representations = video.map((track) => {
      const media = span.isRedone && isHelped(track) ? redoneMedia(timing.media) : undefined;
      return videoRepresentation(track, parts, ownTemplate(span.initSegments.get(track.id), media));
    });
    sets.push(
      element('AdaptationSet', { ...head, maxFrameRate: facts.grid.frameRate }, body('video', 1, representations)),
    );
  }
  for (const [i, lang] of languagesOf(facts.tracks).entries()) {
    const sound = span.tracks.filter((track) => track.kind === 'audio' && track.language === lang) as AudioTrack[];
    if (sound.length === 0) continue;
    const id = i + (hasVideo(facts.tracks) ? 2 : 1);
    const head = { id, contentType: 'audio', mimeType: 'audio/mp4', lang, ...common };
    const representations = sound.map((track) => audioRepresentation(track, parts, span.initSegments.get(track.id)));
    sets.push(element('AdaptationSet', head, body('audio', id, representations)));
  }
  return sets;
}

function spansOf(facts: MpdFacts): readonly Span[] {
  const { partsPerSegment } = facts.grid;
  const msOf = (part: number): number => (part * SEGMENT_MS) / partsPerSegment;
  const ids = facts.tracks.map((track) => track.id);
  return stretchesOf(facts.cuts, ids, facts.helped).map(({ startPart, endPart, tracks, inits, isRedone }) => ({
    isRedone,
    segment: startPart / partsPerSegment,
    startMs: msOf(startPart),
    endMs: endPart === undefined ? undefined : msOf(endPart),
    tracks: facts.tracks
      .filter((track) => tracks.includes(track.id))
      .map((track) => ({ ...track, codecs: inits.get(track.id)?.codecs ?? track.codecs })),
    initSegments: new Map([...inits].map(([track, { fromPart }]) => [track, fromPart / partsPerSegment])),
  }));
}

const period = (facts: MpdFacts, span: Span, timing: Timing): string =>
  element(
    'Period',
    {
      id: `p${span.segment}`,
      start: duration(span.startMs),
      duration: span.endMs === undefined ? undefined : duration(span.endMs - span.startMs),
    },
    adaptationSets(facts, span, timing),
  );

function mpd(facts: MpdFacts, attributes: Attributes, children: readonly string[]): string {
  const head = { xmlns: 'urn:mpeg:dash:schema:mpd:2011', id: facts.id, profiles: PROFILES };
  const times = { availabilityStartTime: iso(facts.availabilityStartMs), publishTime: iso(facts.publishMs) };
  const information = element('ProgramInformation', {}, [textElement('Title', facts.title)]);
  const maxSegmentDuration = duration(SEGMENT_MS);
  const root = element('MPD', { ...head, ...attributes, ...times, maxSegmentDuration }, [information, ...children]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function liveTiming(facts: MpdFacts, view: MpdView, timeUrl: string): Timing {
  const partMs = SEGMENT_MS / facts.grid.partsPerSegment;
  const gopMs = facts.grid.gopSeconds * 1000;
  const reference = (id: number): string => {
    const wallClockTime = iso(facts.availabilityStartMs);
    const attributes = { id, type: 'captured', inband: false, wallClockTime, presentationTime: 0 };
    return element('ProducerReferenceTime', attributes, [utcTiming(timeUrl)]);
  };
  if (view.kind === 'chunked')
    return {
      before: (_, id) => [reference(id)],
      after: (kind) => [
        element('Resync', { type: 0, dT: Math.round(partMs) }),
        element('Resync', { type: 1, dT: kind === 'video' ? gopMs : Math.round(partMs), marker: kind === 'video' }),
      ],
      template: { availabilityTimeOffset: seconds(SEGMENT_MS - partMs), availabilityTimeComplete: false },
      media: '$RepresentationID$/$Number$.m4s',
    };
  const pieceMs = SEGMENT_MS / view.pieces;
  const cadence = (kind: Track['kind']): number => (kind === 'video' ? Math.max(1, Math.round(gopMs / pieceMs)) : 1);
  return {
    before: (_, id) => [element('EssentialProperty', { schemeIdUri: 'urn:mpeg:dash:ssr:2023' }), reference(id)],
    after: (kind) => [element('SegmentSequenceProperties', { sapType: 1, cadence: cadence(kind) })],
    template: { availabilityTimeOffset: seconds(pieceMs), k: view.pieces },
    media: `$RepresentationID$/$Number$-$SubNumber$of${view.pieces}.m4s`,
  };
}

/**
 * The manifest of a broadcast that goes on; also of one that ended a moment ago, while live players are let out.
 * `timeUrl` is absolute: without a clock of ours dash.js asks somebody else's.
 */
export function liveMpd(facts: MpdFacts, view: MpdView, timeUrl: string): string {
  const { target, min } = latencyMs(view);
  const service = element('ServiceDescription', { id: 1 }, [
    element('Latency', { referenceId: 1, target, min, max: MAX_LATENCY_MS }),
    element('PlaybackRate', { min: 0.94, max: 1.06 }),
  ]);
  const timing = liveTiming(facts, view, timeUrl);
  const periods = spansOf(facts).map((span) => period(facts, span, timing));
  const attributes = {
    type: 'dynamic',
    minimumUpdatePeriod: `PT${UPDATE_SECONDS}S`,
    minBufferTime: 'PT1S',
    suggestedPresentationDelay: duration(Math.max(2000, target)),
  };
  const lagMs = facts.helped?.lagMs ?? 0;
  const lag = lagMs === 0 ? [] : [element('SupplementalProperty', { schemeIdUri: HELPED_LAG_SCHEME, value: lagMs })];
  return mpd(facts, attributes, [service, ...periods, ...lag, utcTiming(timeUrl)]);
}

/** The recording: whole segments, the same text for every view. `durationMs` is where the last sample ends. */
export function staticMpd(facts: MpdFacts, durationMs: number): string {
  const timing: Timing = {
    before: () => [],
    after: () => [],
    template: {},
    media: '$RepresentationID$/$Number$.m4s',
  };
  const periods = spansOf(facts)
    .filter((span) => span.startMs < durationMs)
    .map((span) => period(facts, { ...span, endMs: Math.min(span.endMs ?? durationMs, durationMs) }, timing));
  const attributes = { type: 'static', mediaPresentationDuration: duration(durationMs), minBufferTime: 'PT2S' };
  return mpd(facts, attributes, periods);
}
