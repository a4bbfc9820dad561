import { expect, test } from '@playwright/test';
import { Playhead } from '../../src/play/playhead.ts';

/** As much of a `<video>` as a playhead looks at. */
class Video extends EventTarget {
  currentTime = 6;
  seeking = false;
  paused = false;
  readyState = 4;
  readonly buffered = { length: 0 };

  /** As a browser does: the event comes when the new place is already set. */
  jump(toS: number): void {
    this.currentTime = toS;
    this.seeking = true;
    this.dispatchEvent(new Event('seeking'));
  }

  arrive(): void {
    this.seeking = false;
    this.dispatchEvent(new Event('seeked'));
  }
}

function playhead(): { video: Video; playhead: Playhead; astray: number[] } {
  const video = new Video();
  const astray: number[] = [];
  const nothing = (): void => {};
  const head = new Playhead(video as unknown as HTMLVideoElement, {
    onChange: nothing,
    onPause: nothing,
    onStall: nothing,
    onDuration: nothing,
    onLoaded: nothing,
    onAstray: (mediaMs) => astray.push(mediaMs),
  });
  head.listen(new AbortController().signal);
  return { video, playhead: head, astray };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('a playhead that is taken away from where the person sent it is sent back until it is there', async () => {
  const { video, playhead: head, astray } = playhead();
  head.jumping(14_010);
  video.jump(14.01);
  video.arrive();
  head.jumping(10_010);
  // Taken away before the first event of the jump.
  video.jump(14.01);
  expect(astray).toEqual([]);
  await turn();
  expect(astray).toEqual([10_010]);
  video.jump(14.01);
  video.arrive();
  await turn();
  expect(astray.length).toBeGreaterThan(1);
  // There at last: what happens from here on is somebody's wish.
  video.jump(10.01);
  video.arrive();
  const before = astray.length;
  video.jump(14.01);
  await turn();
  expect(astray).toHaveLength(before);
});

test('who jumps again meanwhile is sent nowhere else', async () => {
  const { video, playhead: head, astray } = playhead();
  head.jumping(10_010);
  video.jump(14.01);
  head.jumping(28_010);
  video.jump(28.01);
  await turn();
  expect(astray).toEqual([]);
});

test('where it stands a little off, and where it goes after it has arrived, is left alone', async () => {
  const { video, playhead: head, astray } = playhead();
  head.jumping(14_010);
  video.jump(14.01);
  video.jump(16);
  // The end of an earlier jump, while this one is under way.
  video.dispatchEvent(new Event('seeked'));
  video.arrive();
  video.jump(40);
  await turn();
  expect(astray).toEqual([]);
});
