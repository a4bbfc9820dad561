interface Wish {
  /** This tab looks at everything; else at what the origin asks it to. */
  readonly isAll: boolean;
}

/** From the studio to the worker that looks at what helpers of its live made. */
export type ToLook =
  | (Wish & {
      readonly kind: 'begin';
      readonly baseUrl: string;
      readonly broadcastId: string;
      readonly token: string;
    })
  | (Wish & { readonly kind: 'wish' });
