import type { Page } from '@playwright/test';

interface Devices {
  readonly tracks: Partial<Record<'video' | 'audio', MediaStreamTrack>>;
  /** Another program has them: they cannot be opened. */
  isTaken: boolean;
}
type WithDevices = typeof window & { readonly devices: Devices };

/** What is opened can be unplugged and switched off by its own switch. An init script: runs in the page, needs nothing from outside. */
export function watchDevices(): void {
  const media = navigator.mediaDevices;
  if (media === undefined) return;
  const open = media.getUserMedia.bind(media);
  const devices: Devices = { tracks: {}, isTaken: false };
  Object.assign(window, { devices });
  media.getUserMedia = async (wanted) => {
    if (devices.isTaken) throw new DOMException('taken', 'NotReadableError');
    const stream = await open(wanted);
    for (const track of stream.getTracks()) devices.tracks[track.kind as 'video' | 'audio'] = track;
    return stream;
  };
}

/** What browsers do when a device goes: the track is over, and says so. */
export const unplug = (page: Page, kind: 'video' | 'audio'): Promise<void> =>
  page.evaluate((one) => {
    const track = (window as WithDevices).devices.tracks[one];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  }, kind);

/** Another program has them, or gives them back. */
export const setTaken = (page: Page, isTaken: boolean): Promise<void> =>
  page.evaluate((value) => {
    (window as WithDevices).devices.isTaken = value;
    if (!value) navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  }, isTaken);

/** The camera's own switch: the track is there and gives nothing. */
export const setSwitch = (page: Page, isOff: boolean): Promise<void> =>
  page.evaluate((value) => {
    const track = (window as WithDevices).devices.tracks.video;
    if (track === undefined) return;
    Object.defineProperty(track, 'muted', { value, configurable: true });
    track.dispatchEvent(new Event(value ? 'mute' : 'unmute'));
  }, isOff);
