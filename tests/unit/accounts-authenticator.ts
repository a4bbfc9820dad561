import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const b64 = (data: Buffer): string => data.toString('base64url');

/** CBOR (RFC 8949) of the few shapes that an attestation has. */
function cbor(value: unknown): Buffer {
  const head = (major: number, n: number): Buffer => {
    if (n < 24) return Buffer.from([(major << 5) | n]);
    if (n < 256) return Buffer.from([(major << 5) | 24, n]);
    return Buffer.from([(major << 5) | 25, n >> 8, n & 0xff]);
  };
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
  throw new Error('not a shape of an attestation');
}

export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
}

export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
}

/** What an attack changes of an honest answer. */
export interface Dishonesty {
  readonly origin?: string;
  readonly rpId?: string;
  readonly counter?: number;
  readonly isUnverified?: boolean;
}

/** A passkey in software (ES256, no attestation), as a phone would answer. */
export class SoftAuthenticator {
  readonly credentialId = randomBytes(16);
  readonly #origin: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #counter = 0;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  create(options: CreationOptions, dishonesty: Dishonesty = {}) {
    this.#userHandle = options.user.id;
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    const key = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.credentialId, cbor(key)]);
    const authData = Buffer.concat([this.#facts(dishonesty.rpId ?? options.rp.id, 0x40, dishonesty), attested]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, dishonesty),
      attestationObject: b64(cbor(attestation)),
      transports: ['internal'],
    });
  }

  get(options: RequestOptions, dishonesty: Dishonesty = {}) {
    this.#counter += 1;
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, dishonesty);
    const authenticatorData = this.#facts(dishonesty.rpId ?? options.rpId, 0, dishonesty);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const signature = createSign('sha256').update(signed).sign(this.#privateKey);
    return this.#answer({
      clientDataJSON,
      authenticatorData: b64(authenticatorData),
      signature: b64(signature),
      userHandle: this.#userHandle,
    });
  }

  #facts(rpId: string, attested: number, { counter, isUnverified }: Dishonesty): Buffer {
    const tail = Buffer.alloc(5);
    tail[0] = 0x01 | (isUnverified === true ? 0 : 0x04) | attested;
    tail.writeUInt32BE(counter ?? this.#counter, 1);
    return Buffer.concat([sha256(rpId), tail]);
  }

  #clientData(type: string, challenge: string, { origin }: Dishonesty): string {
    return b64(Buffer.from(JSON.stringify({ type, challenge, origin: origin ?? this.#origin, crossOrigin: false })));
  }

  #answer(response: Record<string, unknown>): Record<string, unknown> {
    const id = b64(this.credentialId);
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}
