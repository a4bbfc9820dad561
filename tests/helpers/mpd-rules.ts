import { SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { childrenOf, durationS, everyNode, parseXml, type XmlNode } from './mpd-xml.ts';

/** What the manifest is a view of. */
export type MpdView =
  | { readonly kind: 'sequence'; readonly partMs: number; readonly gopSeconds: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'static' };

type Rule = readonly [claim: string, isKept: boolean];

/**
 * The rules of DASH-IF's low-latency guidelines and of dash.js that a manifest can be held to. Returns the claims that
 * are broken: an empty list is a good manifest.
 */
export function brokenRules(mpdText: string, view: MpdView): string[] {
  const mpd = parseXml(mpdText);
  const rules = [...commonRules(mpd), ...(view.kind === 'static' ? staticRules(mpd) : liveRules(mpd, view))];
  return rules.filter(([, isKept]) => !isKept).map(([claim]) => claim);
}

/** What must not change, and what must, from one version of a live manifest to the next, the static one included. */
export function brokenUpdateRules(beforeText: string, afterText: string): string[] {
  const [before, after] = [parseXml(beforeText), parseXml(afterText)];
  const published = (mpd: XmlNode): number => Date.parse(mpd.attributes['publishTime'] ?? '');
  const rules: Rule[] = [
    ['availabilityStartTime never changes', same(before, after, 'availabilityStartTime')],
    ['MPD@id never changes', same(before, after, 'id')],
    ['Periods keep id, start and content; new ones only divide the timeline further', keepsPeriods(before, after)],
    ['publishTime never goes back', published(after) >= published(before)],
    [
      'publishTime rises exactly when the bytes change',
      beforeText === afterText || published(after) > published(before),
    ],
  ];
  return rules.filter(([, isKept]) => !isKept).map(([claim]) => claim);
}

const same = (a: XmlNode, b: XmlNode, name: string): boolean => a.attributes[name] === b.attributes[name];

const identity = (period: XmlNode): string =>
  [...everyNode(period)]
    .filter((node) => ['Period', 'AdaptationSet', 'Representation'].includes(node.name))
    .map((node) => `${node.name} ${node.attributes['id']} ${node.attributes['start'] ?? ''}`)
    .join('\n');

function keepsPeriods(before: XmlNode, after: XmlNode): boolean {
  const later = childrenOf(after, 'Period').map(identity);
  return childrenOf(before, 'Period').every((period) => later.includes(identity(period)));
}

const startS = (period: XmlNode): number => durationS(period.attributes['start']);
const endS = (period: XmlNode): number => startS(period) + durationS(period.attributes['duration']);

/** In order, without overlap; all but the last of a live manifest end before the next one starts. */
const areInOrder = (periods: readonly XmlNode[]): boolean =>
  periods.every((period, i) => {
    const next = periods[i + 1];
    return next === undefined || (endS(period) > startS(period) && endS(period) <= startS(next) + 0.001);
  });

/** Media keeps its own time and number in every Period: players subtract what the Period says. */
const isOnTimeline = (period: XmlNode): boolean =>
  childrenOf(period, 'AdaptationSet').every((set) => {
    const { timescale, startNumber, presentationTimeOffset = '0' } = templateOf(set)?.attributes ?? {};
    return (
      Math.abs(Number(presentationTimeOffset) / Number(timescale) - startS(period)) < 0.001 &&
      Number(startNumber) * SEGMENT_SECONDS === startS(period)
    );
  });

const inEvery = (mpd: XmlNode, check: (period: XmlNode) => boolean): boolean => childrenOf(mpd, 'Period').every(check);

const setsOf = (mpd: XmlNode): XmlNode[] =>
  childrenOf(mpd, 'Period').flatMap((period) => childrenOf(period, 'AdaptationSet'));

const templateOf = (set: XmlNode): XmlNode | undefined => childrenOf(set, 'SegmentTemplate')[0];

function commonRules(mpd: XmlNode): Rule[] {
  const nodes = [...everyNode(mpd)];
  const numbers = nodes.flatMap((node) => Object.values(node.attributes)).filter((value) => /^-?\d+$/.test(value));
  const sets = setsOf(mpd);
  const representations = nodes.filter((node) => node.name === 'Representation');
  const idsOf = (period: XmlNode, name: string) =>
    [...everyNode(period)].filter((node) => node.name === name).map((node) => node.attributes['id']);
  return [
    ['the root is an MPD', mpd.name === 'MPD'],
    ['every Period has an id and a start', childrenOf(mpd, 'Period').every((p) => has(p, 'id') && has(p, 'start'))],
    ['there is at least one AdaptationSet, each with an id', sets.length > 0 && sets.every((set) => has(set, 'id'))],
    ['Periods are in order and do not overlap', areInOrder(childrenOf(mpd, 'Period'))],
    ['ids of Periods are different', distinct(childrenOf(mpd, 'Period').map((period) => period.attributes['id']))],
    ['ids of AdaptationSets are different', inEvery(mpd, (period) => distinct(idsOf(period, 'AdaptationSet')))],
    ['ids of Representations are different', inEvery(mpd, (period) => distinct(idsOf(period, 'Representation')))],
    ['numbers and times of media are the same in every Period', inEvery(mpd, isOnTimeline)],
    [
      'every Representation tells codecs and a bandwidth',
      representations.every((one) => has(one, 'codecs') && Number(one.attributes['bandwidth']) > 0),
    ],
    ['no S repeats without an end (dash.js never starts)', !nodes.some((node) => Number(node.attributes['r']) < 0)],
    ['every number is below 2^53', numbers.every((value) => Number.isSafeInteger(Number(value)))],
    ['minBufferTime is there', durationS(mpd.attributes['minBufferTime']) >= 0],
    [
      'every set has a template of 10 s segments',
      sets.every((set) => {
        const { timescale, duration, media = '', initialization = '' } = templateOf(set)?.attributes ?? {};
        return (
          Number(duration) / Number(timescale) === SEGMENT_SECONDS &&
          media.includes('$Number$') &&
          initialization.includes('init.mp4')
        );
      }),
    ],
  ];
}

function staticRules(mpd: XmlNode): Rule[] {
  const nodes = [...everyNode(mpd)];
  const total = durationS(mpd.attributes['mediaPresentationDuration']);
  const periods = childrenOf(mpd, 'Period');
  const last = periods.at(-1);
  const named = (name: string): boolean => nodes.some((node) => node.name === name);
  const gone = ['ServiceDescription', 'ProducerReferenceTime', 'UTCTiming', 'SegmentSequenceProperties', 'Resync'];
  return [
    ['type is static', mpd.attributes['type'] === 'static'],
    [
      'mediaPresentationDuration is where the last Period ends',
      total > 0 && Math.abs(total - (last ? endS(last) : 0)) < 0.001,
    ],
    ['no minimumUpdatePeriod', !has(mpd, 'minimumUpdatePeriod')],
    ['no suggestedPresentationDelay', !has(mpd, 'suggestedPresentationDelay')],
    ...gone.map((name): Rule => [`no ${name}`, !named(name)]),
    [
      'whole segments: no k, no $SubNumber$, no availabilityTimeOffset',
      setsOf(mpd).every((set) => {
        const template = templateOf(set);
        return (
          template !== undefined &&
          !has(template, 'k') &&
          !has(template, 'availabilityTimeOffset') &&
          template.attributes['media']?.includes('$SubNumber$') === false
        );
      }),
    ],
    ['no EssentialProperty that plain players must refuse', !named('EssentialProperty')],
  ];
}

function liveRules(mpd: XmlNode, view: Exclude<MpdView, { kind: 'static' }>): Rule[] {
  const sets = setsOf(mpd);
  const clock = childrenOf(mpd, 'UTCTiming')[0];
  const latency = childrenOf(mpd, 'ServiceDescription').flatMap((service) => childrenOf(service, 'Latency'))[0];
  const producers = sets.map((set) => childrenOf(set, 'ProducerReferenceTime'));
  const all = producers.flat();
  const wellFormed = (prt: XmlNode): boolean =>
    prt.attributes['type'] === 'captured' &&
    Number(prt.attributes['id']) >= 1 &&
    !Number.isNaN(Date.parse(prt.attributes['wallClockTime'] ?? '')) &&
    has(prt, 'presentationTime');
  return [
    ['type is dynamic', mpd.attributes['type'] === 'dynamic'],
    ['availabilityStartTime is a date', !Number.isNaN(Date.parse(mpd.attributes['availabilityStartTime'] ?? ''))],
    ['publishTime is a date', !Number.isNaN(Date.parse(mpd.attributes['publishTime'] ?? ''))],
    ['minimumUpdatePeriod is there', durationS(mpd.attributes['minimumUpdatePeriod']) > 0],
    ['no timeShiftBufferDepth: the whole event is the window', !has(mpd, 'timeShiftBufferDepth')],
    ['no finite duration while dynamic (dash.js would lose the tail)', !has(mpd, 'mediaPresentationDuration')],
    ['UTCTiming is an absolute URL', /^https?:\/\/[^/]+\/time$/.test(clock?.attributes['value'] ?? '')],
    ['a latency target is told', Number(latency?.attributes['target']) > 0],
    [
      'Latency@referenceId names a ProducerReferenceTime, not 0',
      all.some((prt) => prt.attributes['id'] === latency?.attributes['referenceId']),
    ],
    ['every set has one ProducerReferenceTime', producers.every((list) => list.length === 1)],
    ['ProducerReferenceTime is captured, with an id from 1 and a time', all.every(wellFormed)],
    ['its ids are different', distinct(all.map((prt) => prt.attributes['id']))],
    [
      'ProducerReferenceTime has the UTCTiming of the MPD',
      all.every((prt) => childrenOf(prt, 'UTCTiming')[0]?.attributes['value'] === clock?.attributes['value']),
    ],
    ...(view.kind === 'chunked' ? chunkedRules(sets, latency) : sequenceRules(sets, view)),
  ];
}

function chunkedRules(sets: readonly XmlNode[], latency: XmlNode | undefined): Rule[] {
  const targetS = Number(latency?.attributes['target']) / 1000;
  const offsets = sets.map((set) => Number(templateOf(set)?.attributes['availabilityTimeOffset']));
  return [
    ['every set is low latency', sets.every((set) => isIncomplete(templateOf(set)))],
    ['availabilityTimeOffset is the same everywhere', new Set(offsets).size === 1],
    ['availabilityTimeOffset is below the segment', offsets.every((offset) => offset > 0 && offset < SEGMENT_SECONDS)],
    ['availabilityTimeOffset reaches the target', offsets.every((offset) => offset >= SEGMENT_SECONDS - targetS)],
    ['no k', sets.every((set) => templateOf(set)?.attributes['k'] === undefined)],
  ];
}

const isIncomplete = (template: XmlNode | undefined): boolean =>
  template?.attributes['availabilityTimeComplete'] === 'false';

function sequenceRules(sets: readonly XmlNode[], view: { partMs: number; gopSeconds: number }): Rule[] {
  // 33 ms stands for one frame of 30 a second.
  const pieces = view.partMs === 33 ? 300 : (SEGMENT_SECONDS * 1000) / view.partMs;
  const partsPerGop = (view.gopSeconds * pieces) / SEGMENT_SECONDS;
  const cadence = (set: XmlNode): number =>
    Number(childrenOf(set, 'SegmentSequenceProperties')[0]?.attributes['cadence']);
  return [
    [
      'every set says ssr:2023, so that others skip it',
      sets.every((set) =>
        childrenOf(set, 'EssentialProperty').some((one) => one.attributes['schemeIdUri'] === 'urn:mpeg:dash:ssr:2023'),
      ),
    ],
    [`k is ${pieces}`, sets.every((set) => templateOf(set)?.attributes['k'] === String(pieces))],
    [
      'media names the piece',
      sets.every((set) => templateOf(set)?.attributes['media']?.includes(`$Number$-$SubNumber$of${pieces}`) === true),
    ],
    [
      'video switches where a key frame is, sound everywhere',
      sets.every((set) =>
        set.attributes['contentType'] === 'video' ? cadence(set) === partsPerGop : cadence(set) === 1,
      ),
    ],
  ];
}

const has = (node: XmlNode, name: string): boolean => node.attributes[name] !== undefined;
const distinct = (values: readonly (string | undefined)[]): boolean => new Set(values).size === values.length;
