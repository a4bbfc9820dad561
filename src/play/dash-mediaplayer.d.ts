/** The build without subtitles, protection and offline: its path is not in the package's `exports`, so it has no types. */
declare module '*/dash.mediaplayer.min.js' {
  export { MediaPlayer } from 'dashjs';
}
