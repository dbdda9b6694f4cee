// A front end in strict TypeScript with the client of the server: one upload, several videos.

import { Toqibox, ToqiboxError } from "https://render.example/client/toqibox.js";
import type { Job, JobPage, Photo, Track } from "https://render.example/client/toqibox.js";

import { control, describeJob } from "./client";

const toqibox = new Toqibox("https://render.example", { language: "ru" });

export async function walk(audio: File, image: Blob, signal: AbortSignal): Promise<string[]> {
    const bar = (share: number) => console.log(`${(100 * share).toFixed()} %`);
    const track = await toqibox.track(audio, { onProgress: bar, signal });
    const photo = await toqibox.photo(image);
    await describe(track, photo);
    const [landscape, upright] = await Promise.all([
        toqibox.export({ track, photo, effect: "ring", duration: 15, aspect: "16:9" }),
        toqibox.export({
            track,
            images: { photo },
            effect: [{ id: "beat" }, { id: "text", params: { size: { bind: "kick", max: 0.7 } } }],
            start: "drop",
            duration: 15.5,
            aspect: "9:16",
            fps: 30,
            quality: "draft",
            allowFlashing: false,
            title: track.tags.title ?? " ",
            signal,
        }),
    ]);
    const other = await toqibox.export({ track: track.trackId, photo: image, preset: "turntable" });
    console.log(describeJob(await toqibox.cancel(other)));
    return Promise.all([videoOf(landscape), videoOf(upright)]);
}

async function describe(track: Track, photo: Photo): Promise<void> {
    const cut = await toqibox.cut(track, { start: 42.5, duration: 30 });
    console.log(photo.palette.average, toqibox.url(photo.image), cut.tempo[0], cut.hits.kick.length);
    const previews: Blob[] = await Promise.all(
        [0, 0.5, 1].map((time) =>
            toqibox.preview({ track, photo, effect: "ring", time, session: String(time) }),
        ),
    );
    console.log(previews.map((preview) => URL.createObjectURL(preview)));
}

async function videoOf(job: Job): Promise<string> {
    let last = job;
    for await (const now of toqibox.watch(job)) {
        console.log(describeJob(now), now.progress, now.etaSeconds);
        last = now;
    }
    if (last.status === "failed") throw new Error(`${last.code}: ${last.error}`);
    return toqibox.download(last);
}

export function explain(error: unknown): string {
    if (!(error instanceof ToqiboxError)) return String(error);
    switch (error.code) {
        case "preview_replaced":
            return "";
        case "network_error":
            return "offline";
        case "invalid_parameter":
            return `${error.field ?? ""}: ${error.message}`;
        default: {
            const again = error.retryable ? `again in ${error.retryAfter ?? 1} s` : "";
            return `${error.message} ${again} (${error.status}, ${error.requestId ?? ""})`;
        }
    }
}

export async function controlsOf(effectId: string): Promise<number> {
    const { effects, groups } = await toqibox.effects();
    const effect = effects.find(({ id }) => id === effectId);
    const inputs = effect && "inputs" in effect ? Object.values(effect.inputs.properties) : [];
    const { presets } = await toqibox.presets();
    return inputs.map(control).length + groups.length + presets.length;
}

export function again(job: Job, track: Track, photo: Photo) {
    const { aspect, fps, fit, codec, quality, start, duration, allowFlashing, chain } = job;
    const same = { aspect, fps, fit, codec, quality, start, duration, allowFlashing };
    return toqibox.export({ track, photo, effect: chain, ...same, tempo: job.tempo ?? undefined });
}

export async function completedJobs(): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
        const page: JobPage = await toqibox.exports({ status: "completed", limit: 100, cursor });
        ids.push(...page.exports.map(({ jobId }) => jobId));
        cursor = page.nextCursor;
    } while (cursor);
    return ids;
}

// What the client does not take is an error of the compiler.
export async function mistakes(track: Track): Promise<void> {
    // @ts-expect-error: a photo is no track
    await toqibox.export({ track: { photoId: "" } });
    // @ts-expect-error: it is no aspect
    await toqibox.export({ track, aspect: "2:1" });
    // @ts-expect-error: there is no such field
    await toqibox.preview({ track, colour: "red" });
    // @ts-expect-error: one effect is named by its id, and an object is a source
    await toqibox.export({ track, effect: { id: "ring" } });
    const video = { track, quality: "draft" } as const;
    // @ts-expect-error: a preview has no quality, also if the fields come from an object
    await toqibox.preview({ ...video, time: 1 });
    const still = { track, time: 1 };
    // @ts-expect-error: a video has no time
    await toqibox.export({ ...still, duration: 15 });
    // @ts-expect-error: a preview is no job
    await toqibox.cancel(await toqibox.preview({ track }));
}
