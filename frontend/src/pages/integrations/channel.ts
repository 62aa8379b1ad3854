/** How the page in the pop-up tells the page that opened it how a connect ended. */
export interface Ended {
  status: string;
  code: string;
  provider: string;
}

const NAME = "leadbridge-connect";

/** Tells every open page of this dashboard how a connect ended. It is a hint only: they ask the hub themselves. */
export function tellEnded(ended: Ended): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(ended);
  channel.close();
}

/** Calls `heard` with each end that is told; returns how to stop. */
export function hearEnded(heard: (ended: Ended) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (event: MessageEvent<Ended>) => heard(event.data);
  return () => channel.close();
}
