/** A painted camera for pictures of the product: hills under a sky in which something moves, and a quiet tone. */
export interface Scene {
  readonly sky: readonly [string, string];
  readonly hills: readonly [string, string, string];
  readonly sun: string;
}

export const NOON: Scene = { sky: ['#5fa8e8', '#d7ecfb'], hills: ['#7fb069', '#4f8f4f', '#2f6b45'], sun: '#fff3b0' };
export const DUSK: Scene = { sky: ['#35305e', '#f4a26b'], hills: ['#7a4f6d', '#54395c', '#2f2542'], sun: '#ffd9a0' };
export const SNOW: Scene = { sky: ['#9db4c8', '#eef3f7'], hills: ['#dfe8ee', '#c3d2dd', '#9fb4c4'], sun: '#ffffff' };

/** Source of an init script (Playwright `addInitScript`): `getUserMedia` gives the scene, `sceneStill` one picture. */
export const sceneScript = (scene: Scene): string => `(${installScene.toString()})(${JSON.stringify(scene)})`;

/** Runs in the page; must not use anything from outside. */
function installScene({ sky, hills, sun }: Scene): void {
  const WIDTH = 1280;
  const HEIGHT = 720;
  const paint = (canvas: HTMLCanvasElement, seconds: number): void => {
    const drawing = canvas.getContext('2d');
    if (drawing === null) return;
    const air = drawing.createLinearGradient(0, 0, 0, HEIGHT);
    air.addColorStop(0, sky[0]);
    air.addColorStop(1, sky[1]);
    drawing.fillStyle = air;
    drawing.fillRect(0, 0, WIDTH, HEIGHT);
    drawing.fillStyle = sun;
    drawing.beginPath();
    drawing.arc(950, 190 + 12 * Math.sin(seconds / 3), 70, 0, 2 * Math.PI);
    drawing.fill();
    drawing.fillStyle = 'rgb(255 255 255 / 75%)';
    for (const [i, y] of [120, 220, 90].entries()) {
      const x = ((i * 520 + seconds * (14 + 5 * i)) % (WIDTH + 400)) - 200;
      drawing.beginPath();
      for (const [dx, dy, r] of [
        [0, 0, 42],
        [48, -18, 52],
        [100, 0, 40],
        [50, 10, 46],
      ] as const)
        drawing.ellipse(x + dx, y + dy, r, r * 0.62, 0, 0, 2 * Math.PI);
      drawing.fill();
    }
    for (const [i, colour] of hills.entries()) {
      drawing.fillStyle = colour;
      drawing.beginPath();
      drawing.moveTo(0, HEIGHT);
      for (let x = 0; x <= WIDTH; x += 16)
        drawing.lineTo(
          x,
          410 + 90 * i + (70 - 15 * i) * Math.sin(x / (190 + 60 * i) + i * 2.1) * Math.cos(x / 370 + i),
        );
      drawing.lineTo(WIDTH, HEIGHT);
      drawing.fill();
    }
    const kiteX = 420 + 90 * Math.sin(seconds / 2);
    const kiteY = 230 + 40 * Math.sin(seconds);
    drawing.strokeStyle = 'rgb(40 30 30 / 70%)';
    drawing.lineWidth = 2;
    drawing.beginPath();
    drawing.moveTo(kiteX, kiteY + 48);
    drawing.quadraticCurveTo(kiteX - 30, kiteY + 220, 300, 560);
    drawing.stroke();
    drawing.fillStyle = '#e0483e';
    drawing.beginPath();
    for (const [dx, dy] of [
      [0, -52],
      [36, 0],
      [0, 52],
      [-36, 0],
    ] as const)
      drawing.lineTo(kiteX + dx, kiteY + dy);
    drawing.fill();
  };
  const canvasAt = (seconds: number): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    paint(canvas, seconds);
    return canvas;
  };
  const stillOf = (seconds: number, width: number): string => {
    const small = document.createElement('canvas');
    small.width = width;
    small.height = (width * 9) / 16;
    small.getContext('2d')?.drawImage(canvasAt(seconds), 0, 0, small.width, small.height);
    return small.toDataURL('image/jpeg', 0.8).replace(/^data:[^,]*,/, '');
  };
  Object.assign(window, { sceneStill: stillOf });
  // A browser without a screen refuses what every other one gives.
  const awake = Object.assign(new EventTarget(), { released: false, release: () => Promise.resolve() });
  Object.defineProperty(navigator, 'wakeLock', { value: { request: () => Promise.resolve(awake) } });
  if (navigator.mediaDevices === undefined) return;
  const picture = (): MediaStreamTrack[] => {
    const canvas = canvasAt(0);
    const startedMs = performance.now();
    setInterval(() => paint(canvas, (performance.now() - startedMs) / 1000), 1000 / 30);
    const tracks = canvas.captureStream(30).getVideoTracks();
    for (const track of tracks) {
      track.getSettings = () => ({ width: WIDTH, height: HEIGHT, frameRate: 30, deviceId: 'scene' });
      track.applyConstraints = () => Promise.resolve();
    }
    return tracks;
  };
  const sound = (): MediaStreamTrack[] => {
    const context = new AudioContext({ sampleRate: 48_000 });
    const tone = new OscillatorNode(context, { frequency: 330 });
    const target = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.25 })).connect(target);
    tone.start();
    return target.stream.getAudioTracks();
  };
  navigator.mediaDevices.getUserMedia = (wanted) =>
    Promise.resolve(new MediaStream([...(wanted?.video ? picture() : []), ...(wanted?.audio ? sound() : [])]));
  const device = (kind: MediaDeviceKind, deviceId: string, label: string) => ({ kind, deviceId, label, groupId: '' });
  navigator.mediaDevices.enumerateDevices = () =>
    Promise.resolve([
      device('videoinput', 'scene', 'Garden camera'),
      device('audioinput', 'tone', 'Desk microphone'),
    ] as unknown as MediaDeviceInfo[]);
}
