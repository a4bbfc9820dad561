import { lookAtLive } from './live-look.ts';
import type { ToLook } from './look-messages.ts';
import { OriginClient } from './origin-client.ts';

const ASK_MS = 2_000;

let isAll = false;

self.onmessage = ({ data }: MessageEvent<ToLook>): void => {
  isAll = data.isAll;
  if (data.kind !== 'begin') return;
  const client = new OriginClient(data.baseUrl);
  client.use(data.broadcastId, data.token);
  void lookOn(client);
};

/** The creator's tab looks at what helpers of a live made, whenever the origin asks it to. */
async function lookOn(client: OriginClient): Promise<void> {
  for (;;) {
    try {
      const look = await client.askForLook(isAll);
      if (look !== null) {
        const { segment } = look;
        const verdict = await lookAtLive(look, async (track, { from, to }) => {
          const parts = await client.broughtParts(segment, track, from, to);
          return new Uint8Array(parts);
        });
        await client.sayOfLook(look.look, verdict);
        continue;
      }
    } catch {
      // The origin asks again, this tab or another.
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
}
