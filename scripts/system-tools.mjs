import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectEnv, root } from './install.mjs';

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const isDebianRoot = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

function aptInstall(packages, say) {
  say(`Installing ${packages.join(', ')} with apt-get.`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  return spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options).status === 0;
}

/** The browsers and ffmpeg that the tests drive. Returns a sentence for the first thing that cannot be had. */
export async function ensureTools(say) {
  const { installedBrowser } = await import(join(root, 'scripts', 'browser-path.mjs'));
  const missing = [
    ...(installedBrowser() === undefined ? ['chromium'] : []),
    ...(works('ffmpeg', ['-version']) && works('ffprobe', ['-version']) ? [] : ['ffmpeg']),
    ...(works('xmllint', ['--version']) ? [] : ['libxml2-utils']),
    ...(works('firefox-esr', ['--version']) || works('firefox', ['--version']) ? [] : ['firefox-esr']),
    // Firefox starts no sound on a machine without a sound card; this plays one.
    ...(works('pulseaudio', ['--version']) ? [] : ['pulseaudio']),
  ];
  if (missing.length > 0 && isDebianRoot()) aptInstall(missing, say);
  if (!works('ffmpeg', ['-version']) || !works('ffprobe', ['-version']))
    return 'The tests need ffmpeg and ffprobe on the PATH. Install ffmpeg (on Debian: apt-get install ffmpeg) and run again.';
  if (installedBrowser() === undefined) {
    say('No Chrome or Chromium here: fetching the one Playwright brings.');
    const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
    const done = spawnSync('node', [cli, 'install', 'chromium'], { cwd: root, stdio: 'inherit', env: projectEnv() });
    if (done.status !== 0)
      return 'The tests need Chrome or Chromium. Install one, or name its path in CHROME_PATH, and run again.';
  }
  return undefined;
}
