/** A file that one owner reads and writes at once, without waiting; what an OPFS sync access handle is. */
export interface LogFile {
  size(): number;
  /** Says how many bytes it read: fewer than asked only at the end. */
  read(into: Uint8Array, at: number): number;
  /** Throws, or writes fewer bytes than given, when there is no more room. */
  write(bytes: Uint8Array, at: number): number;
  truncate(size: number): void;
  /** What was written survives a loss of power after this; a crash of the tab or the browser it survives anyway. */
  flush(): void;
  close(): void;
}

/** The files of one broadcast. */
export interface LogFolder {
  names(): Promise<readonly string[]>;
  /** Opens the file for one owner, made when it is not there. Rejects while another tab has it open. */
  open(name: string): Promise<LogFile>;
  /** The file must be closed. */
  remove(name: string): Promise<void>;
}
