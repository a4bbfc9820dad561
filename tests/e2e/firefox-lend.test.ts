import { installedFirefox, launchFirefox } from '../helpers/firefox.ts';
import { test } from '../helpers/fixtures.ts';
import { inviteHelpers } from '../helpers/lend.ts';
import { numberedFile } from '../helpers/numbered-file.ts';
import { count, type NumberedCase, proveNumbered } from '../helpers/numbered-upload.ts';
import { untilSaid } from '../helpers/puppeteer-studio.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { startUpload, untilUploaded } from '../helpers/upload.ts';

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });
test.skip(installedFirefox() === undefined, 'there is no Firefox on this machine');

const FILM: NumberedCase = {
  name: 'one piece',
  file: {
    output: '-c:v libx264 -preset ultrafast -g 60',
    extension: 'mp4',
    size: '640x360',
    rate: 25,
    seconds: 2,
    hasSound: false,
  },
  shown: count(50),
  size: [640, 360],
};

test('LEND3 Firefox that would help a recording of Chromium is told that it cannot, and why; the recording is whole without it', async ({
  page,
  origin,
}) => {
  // What this machine makes in a moment must not be done before anybody could help.
  let letMake = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    letMake = resolve;
  });
  await page.route('**/maker.worker*', async (route) => {
    await told;
    await route.continue();
  });
  const id = await startUpload(page, origin.url, await numberedFile(FILM.file));
  const link = await inviteHelpers(page);
  const firefox = await launchFirefox();
  const helper = await firefox.newPage();
  await helper.goto(link);
  await helper.locator('>>> lend-page >>> button[type=submit]').click();
  await untilSaid(
    helper,
    'This browser makes video in another way than the creator’s, so the pieces would not fit together.',
  );
  await firefox.close();
  letMake();
  await untilUploaded(page);
  await proveNumbered(origin.url, await broadcastDetail(origin.url, id), FILM);
});
