import type { LogFile, LogFolder } from '../src/spool/log-files.ts';

const ROOT = 'spool';

/** False where files cannot be written at once, or not at all, as in some private windows. */
export async function hasOpfs(): Promise<boolean> {
  if (typeof FileSystemFileHandle === 'undefined') return false;
  if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return false;
  return navigator.storage.getDirectory().then(
    () => true,
    () => false,
  );
}

const rootFolder = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });

/** The folder of one broadcast in this origin's private file system, made when it is not there. */
export async function openOpfsFolder(broadcastId: string): Promise<LogFolder> {
  const folder = await (await rootFolder()).getDirectoryHandle(broadcastId, { create: true });
  return {
    async names() {
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    },
    async open(name) {
      const handle = await folder.getFileHandle(name, { create: true });
      return fileOf(await handle.createSyncAccessHandle());
    },
    async remove(name) {
      await folder.removeEntry(name);
    },
  };
}

/** Ids of the broadcasts that have a folder; none where there is no such file system. */
export async function opfsFolderNames(): Promise<readonly string[]> {
  const names: string[] = [];
  if (!(await hasOpfs())) return names;
  for await (const name of (await rootFolder()).keys()) names.push(name);
  return names;
}

/** All files of the broadcast must be closed. */
export async function removeOpfsFolder(broadcastId: string): Promise<void> {
  await (await rootFolder()).removeEntry(broadcastId, { recursive: true });
}

const fileOf = (handle: FileSystemSyncAccessHandle): LogFile => ({
  size: () => handle.getSize(),
  read: (into, at) => handle.read(into as Uint8Array<ArrayBuffer>, { at }),
  write: (bytes, at) => handle.write(bytes as Uint8Array<ArrayBuffer>, { at }),
  truncate: (size) => handle.truncate(size),
  flush: () => handle.flush(),
  close: () => handle.close(),
});
