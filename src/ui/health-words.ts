import type { HelpedRendition, HelpState } from '../protocol/lend.ts';
import type { LadderReport, RenditionStats, UploadStats } from '../protocol/stats.ts';

/** How one quality, or the line, is doing: a word and, when something is wrong, what it means. */
export interface Health {
  readonly word: 'Good' | 'Slow' | 'Resting' | 'Waiting' | 'Reconnecting' | 'Catching up' | 'Server full';
  readonly tone: 'good' | 'slow' | 'bad';
  readonly sentence: string;
}

/** A viewer sees one picture in a hundred missing as a stutter. */
const MISSED_SHARE_SLOW = 0.01;
/** Longer than this in the encoder and the live edge moves away from the viewer. */
const ENCODE_DELAY_SLOW_MS = 500;
/** What a camera in a dark room does: it delivers far fewer pictures than it promised. */
const REPEATED_SHARE_NOTED = 0.1;

const GOOD: Health = { word: 'Good', tone: 'good', sentence: '' };
const slow = (sentence: string): Health => ({ word: 'Slow', tone: 'slow', sentence });

export function renditionHealth(stats: RenditionStats): Health {
  if (stats.isResting) return { word: 'Resting', tone: 'slow', sentence: '' };
  if (stats.keyFramesMissed > 0)
    return slow('This machine could not keep up, and viewers of this quality saw a break.');
  if (stats.leftOutShare > MISSED_SHARE_SLOW)
    return slow(
      `This machine is too slow for every picture of ${heightsText([stats.track])}: ${Math.round(stats.leftOutShare * 100)} % are left out. Close other programs and tabs.`,
    );
  if (stats.lateShare > MISSED_SHARE_SLOW)
    return slow('This machine cannot encode every picture in time. Close other programs and tabs.');
  if (stats.encodeDelayMsP95 > ENCODE_DELAY_SLOW_MS)
    return slow('Encoding takes long, so viewers are further behind. Close other programs and tabs.');
  return GOOD;
}

export function uplinkHealth(upload: UploadStats): Health {
  switch (upload.uplink) {
    case 'good':
      return GOOD;
    case 'slow':
      return slow('Your line takes less than the stream needs. What is not sent yet waits in this tab.');
    case 'catching-up':
      return {
        word: 'Catching up',
        tone: 'slow',
        sentence: `The line is back. Viewers see you now; ${upload.secondsNotUploaded.toFixed(0)} s from before are still being sent.`,
      };
    case 'server-full':
      return {
        word: 'Server full',
        tone: 'bad',
        sentence: `The server has no room for new video. ${upload.secondsNotUploaded.toFixed(0)} s are safe in this tab and will be sent when it has. Tell whoever looks after it.`,
      };
    case 'reconnecting':
      return {
        word: 'Reconnecting',
        tone: 'bad',
        sentence: `The server cannot be reached. ${upload.secondsNotUploaded.toFixed(0)} s are safe in this tab and will be sent.`,
      };
  }
}

const heightsText = (tracks: readonly string[]): string => {
  const names = tracks.map((track) => `${track.slice(1)}p`);
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
};

/** Empty, or why a quality is not made for now. */
export function restSentence({ resting, reason, broken }: LadderReport): string {
  return [brokenSentence(broken), pausedSentence(resting, reason)].filter((text) => text !== '').join(' ');
}

function brokenSentence(broken: LadderReport['broken']): string {
  if (broken.length === 0) return '';
  const [has, its] = broken.length === 1 ? ['has', 'its encoder'] : ['have', 'their encoders'];
  return `${heightsText(broken)} ${has} stopped: ${its} failed and there is no other. Viewers go on with the other qualities. It is tried again after a while.`;
}

function pausedSentence(resting: LadderReport['resting'], reason: LadderReport['reason']): string {
  if (resting.length === 0) return '';
  const what = `${heightsText(resting)} ${resting.length === 1 ? 'rests' : 'rest'}`;
  const why =
    reason === 'line' ? 'your line takes less than the stream needs' : 'this machine cannot encode everything in time';
  const back = `${resting.length === 1 ? 'It comes' : 'They come'} back when there has been no trouble for a while.`;
  return `${what}: ${why}. Viewers go on with the other qualities. ${back}`;
}

/** Longer than this and it is not live any more as the others are. */
const HELPED_SLOW_MS = 1000;

/** A quality that helpers make. */
export function helpedHealth({ track, madeBy, behindMs }: HelpedRendition): Health {
  const name = heightsText([track]);
  if (madeBy === null)
    return {
      word: 'Waiting',
      tone: 'slow',
      sentence: 'While nobody makes the smaller pictures, viewers have the largest one and no other.',
    };
  if (behindMs < HELPED_SLOW_MS) return GOOD;
  return slow(`${name} comes late from who makes it, so its viewers are further behind.`);
}

/** Who makes a quality, and how far behind. */
export function helpedText({ madeBy, behindMs }: HelpedRendition, { helpers }: Pick<HelpState, 'helpers'>): string {
  if (madeBy === null) return 'Nobody makes it at this moment';
  const name = helpers.find(({ id }) => id === madeBy)?.name ?? 'a helper';
  return `Made by ${name}, ${behindMs === 0 ? 'up to date' : `${(behindMs / 1000).toFixed(1)} s behind`}`;
}

/** Empty, or why viewers see the same picture twice although nothing here is slow. */
export function repeatNote(renditions: readonly RenditionStats[]): string {
  const isNoted = renditions.some(
    (stats) => stats.framesEncoded > 0 && stats.framesRepeated / stats.framesEncoded > REPEATED_SHARE_NOTED,
  );
  return isNoted
    ? 'The camera delivers fewer pictures than the stream shows, so some are shown twice. More light often helps.'
    : '';
}

/** Empty, or how often encoders failed and for how long the picture stood. */
export function stopNote(renditions: readonly RenditionStats[]): string {
  return renditions
    .filter(({ encoderStops }) => encoderStops > 0)
    .map(({ track, encoderStops, encoderStopMs }) => {
      const times = encoderStops === 1 ? 'once' : `${encoderStops} times`;
      const stood = `${(encoderStopMs / 1000).toFixed(1)} s`;
      return `The encoder of ${track.slice(1)}p failed ${times} and was replaced. Its picture stood for ${stood} in all.`;
    })
    .join(' ');
}

const LITTLE_ROOM_MS = 10 * 60_000;

/** Empty, or how long this tab can go on without the server, and what it had no room for. */
export function roomNote({ uplink, roomMs, lostMs }: Pick<UploadStats, 'uplink' | 'roomMs' | 'lostMs'>): string {
  const lost = Object.entries(lostMs).filter(([, ms]) => ms > 0);
  const sound = lost.find(([track]) => track.startsWith('a'));
  const pictures = lost.filter(([track]) => track.startsWith('v')).toSorted((a, b) => heightOf(b[0]) - heightOf(a[0]));
  const minutes = Math.floor(roomMs / 60_000);
  const room = minutes < 1 ? 'less than a minute' : `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const isWaiting = uplink === 'reconnecting' || uplink === 'slow' || uplink === 'server-full';
  if (lost.length === 0)
    return isWaiting && roomMs < LITTLE_ROOM_MS
      ? `This tab has room for ${room} more. Then the oldest pictures in the highest quality go first.`
      : '';
  const whole = sound === undefined ? '' : ` ${(sound[1] / 1000).toFixed(0)} s are lost in every quality.`;
  const high = pictures.filter(([, ms]) => ms > (sound?.[1] ?? 0));
  const names = high.map(([track, ms]) => `${heightOf(track)}p (${(ms / 1000).toFixed(0)} s)`).join(', ');
  const some = names === '' ? '' : ` Left out: ${names}. Those seconds stay in the lower qualities.`;
  return `This tab ran out of room.${some}${whole}`;
}

const heightOf = (track: string): number => Number(track.slice(1));
