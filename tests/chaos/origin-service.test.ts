import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';

const isMissing = spawnSync('systemd-analyze', ['--version']).status !== 0;
const skipped = isMissing ? '[skipped: there is no systemd here] ' : '';

test(`${skipped}systemd takes every line of the documentation's unit`, async () => {
  test.skip(isMissing, 'there is no systemd here');
  const text = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, unit = ''] = /```ini\n([\s\S]*?)```/.exec(text) ?? [];
  expect(unit).toContain('[Service]');
  const folder = await mkdtemp(path.join(tmpdir(), 'tabcast-unit-'));
  try {
    const file = path.join(folder, 'tabcast.service');
    await writeFile(file, unit.replace('/usr/bin/npm', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    // It also reads the units of this machine, whose faults are not ours.
    expect(stderr.split('\n').filter((line) => line.includes('tabcast'))).toEqual([]);
    expect(status).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
