// A front end in strict TypeScript: controls, upload, poll, download. No cast, no any.

import createClient from "openapi-fetch";

import type { components, operations, paths } from "./schema";

type Schemas = components["schemas"];
type Job = Schemas["Job"];
type Form =
    operations["createExport"]["requestBody"]["content"]["multipart/form-data"];

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:3001" });

function toFormData(fields: Form): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
        if (value instanceof Blob) form.append(name, value);
        else form.append(name, String(value));
    }
    return form;
}

export async function upload(audio: File, photo: Blob): Promise<Job> {
    const { data, error } = await client.POST("/export", {
        body: {
            audio,
            photo,
            effect: "ring",
            params: JSON.stringify({ size: { bind: "kick", max: 0.7 } satisfies Schemas["Binding"] }),
            aspect: "9:16",
            fps: 30,
            quality: "draft",
            start: "drop",
            duration: "15",
        },
        bodySerializer: toFormData,
    });
    if (error) throw new Error(describeError(error));
    // An accepted job is a job: what shows one takes it as it is.
    const accepted: true = data.success;
    console.log(accepted, describeJob(data));
    return data;
}

export function describeError(error: Schemas["Error"]): string {
    const lines = (error.diagnostics ?? []).map((entry) => `${entry.line ?? "?"}: ${entry.message}`);
    switch (error.code) {
        case "queue_full":
        case "rate_limited":
            return `${error.error} (${error.retryable})`;
        case "preview_replaced":
            return "";
        case "invalid_parameter":
            return `${error.field ?? ""}: ${error.error}`;
        default:
            return [error.error, ...lines].join("\n");
    }
}

export async function poll(jobId: string, show: (text: string) => void): Promise<Job> {
    for (;;) {
        const { data, error } = await client.GET("/export/{jobId}", {
            params: { path: { jobId } },
        });
        if (error) throw new Error(describeError(error));
        show(describeJob(data));
        if (data.status !== "queued" && data.status !== "processing") return data;
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

export function describeJob(job: Job): string {
    switch (job.status) {
        case "queued":
            return `number ${job.queuePosition.toFixed()} in the queue`;
        case "processing":
            return `${job.progress} %, ${job.stage ?? ""}, ${job.etaSeconds ?? "?"} s left`;
        case "completed": {
            const flashes = job.report.flashes?.limited.length ?? 0;
            const lasted = (job.finishedAt - job.createdAt) / 1000;
            return `${job.report.encoder ?? ""}, ${job.report.size ?? 0} bytes, ${flashes}, ${lasted} s`;
        }
        case "failed":
            return `${job.code}: ${job.error.trim()} ${job.retryable ? "again?" : ""}`;
        case "cancelled":
            return "cancelled";
        default:
            return unreachable(job);
    }
}

export async function download(jobId: string): Promise<Blob> {
    const { data, error } = await client.GET("/download/{jobId}", {
        params: { path: { jobId } },
        parseAs: "blob",
    });
    if (error) throw new Error(describeError(error));
    return data;
}

export function again(job: Job, audio: Blob): Form {
    return {
        audio,
        plan: job.plan,
        aspect: job.aspect,
        fps: job.fps,
        effect: JSON.stringify(job.chain),
        fit: job.fit,
        codec: job.codec,
        quality: job.quality,
        start: String(job.start),
        duration: String(job.duration),
        title: job.title ?? " ",
        artist: job.artist ?? " ",
        allowFlashing: job.allowFlashing ? "true" : "false",
        ...(job.tempo === null ? {} : { tempo: String(job.tempo) }),
    };
}

// What the contract does not have is an error of the compiler.
export function mistakes(job: Job, input: Schemas["Input"]): void {
    // @ts-expect-error: there is no such status
    if (job.status === "done") return;
    // @ts-expect-error: only a completed job certainly has a report
    void job.report.size;
    // @ts-expect-error: only numbers have a range
    void input.minimum;
    // @ts-expect-error: it is spelt kick
    void ({ bind: "kik" } satisfies Schemas["Binding"]);
    // @ts-expect-error: it is no frame rate
    void ({ audio: new Blob(), fps: 29 } satisfies Form);
    // @ts-expect-error: it is no plan
    void ({ audio: new Blob(), plan: "gold" } satisfies Form);
}

export async function cut(trackId: string, start: number): Promise<Schemas["Cut"]> {
    for (;;) {
        const { data, error } = await client.GET("/tracks/{trackId}/cut", {
            params: { path: { trackId }, query: { start: String(start), duration: "30" } },
        });
        if (error) throw new Error(describeError(error));
        if (!("status" in data)) return data;
        await new Promise((resolve) => setTimeout(resolve, 1000 * (1 - data.progress)));
    }
}

export async function drawnAt(trackId: string, part: Schemas["Cut"], step: number): Promise<number[]> {
    const n = String(Math.floor(step / part.spectra.chunk));
    const { data, error } = await client.GET("/tracks/{trackId}/cuts/{cut}/spectra/{n}", {
        params: { path: { trackId, cut: part.cut, n }, query: { fields: "spectrum" } },
        parseAs: "arrayBuffer",
    });
    if (error) throw new Error(describeError(error));
    const { length } = part.spectra.fields.spectrum;
    const first = (step % part.spectra.chunk) * length;
    return [...new Uint8Array(data, first, length)];
}

export function sectionAt(part: Schemas["Cut"], seconds: number): string {
    const section = part.sections.find(
        ([start, end]) => Number(start) <= seconds && seconds < Number(end),
    );
    const kicks = part.hits.kick.filter(([at]) => Number(at) <= seconds).length;
    return `${section?.[2] ?? "plain"}, ${kicks} kicks, ${part.tempo[0] ?? 0} BPM`;
}

type Control =
    | { type: "range"; value: number; min: number; max: number; step: number }
    | { type: "select"; value: number; options: { value: number; label: string }[] }
    | { type: "checkbox"; value: boolean }
    | { type: "button" }
    | { type: "pad"; value: number[]; axes: [number, number][] }
    | { type: "color"; value: number[]; photo: string | null }
    | { type: "text"; value: string; maxLength: number };

export function control(input: Schemas["Input"]): Control {
    switch (input.kind) {
        case "float":
            return range(input.default, input.step, input.minimum, input.maximum);
        case "long": {
            const options = (input.oneOf ?? []).flatMap(({ const: value, title }) =>
                value === undefined || title === undefined ? [] : [{ value, label: title }],
            );
            if (options.length) return { type: "select", value: input.default, options };
            return range(input.default, input.step, input.minimum, input.maximum);
        }
        case "bool":
            return { type: "checkbox", value: input.default };
        case "event":
            return { type: "button" };
        case "point2D": {
            const axes = input.prefixItems.map((axis): [number, number] => [
                axis.minimum ?? 0,
                axis.maximum ?? 1,
            ]);
            return { type: "pad", value: input.default, axes };
        }
        case "color":
            return { type: "color", value: input.default, photo: input.photo ?? null };
        case "text":
            return { type: "text", value: input.default, maxLength: input.maxLength };
        default:
            return unreachable(input);
    }
}

function range(value: number, step: number | null, min = 0, max = 1): Control {
    return { type: "range", value, min, max, step: step ?? 0.01 };
}

export async function controls(effectId: string): Promise<Map<string, Control[]>> {
    const { data, error } = await client.GET("/effects", { params: { query: { all: "0" } } });
    if (error) throw new Error(describeError(error));
    const groups = new Map<string, Control[]>(data.groups.map(({ title }) => [title, []]));
    for (const effect of data.effects) {
        if (!("inputs" in effect) || effect.id !== effectId) continue;
        for (const input of Object.values(effect.inputs.properties)) {
            const group = data.groups.find(({ id }) => id === input.group);
            if (group && !input.musicOnly) groups.get(group.title)?.push(control(input));
        }
    }
    return groups;
}

export async function presets(): Promise<string[]> {
    const { data } = await client.GET("/presets");
    return (data?.presets ?? []).map((preset) =>
        "chain" in preset ? `${preset.title}: ${preset.chain.length}` : preset.error,
    );
}

export async function channels(effectId: string): Promise<string[]> {
    const { data } = await client.GET("/effects/{id}", { params: { path: { id: effectId } } });
    const passes = data?.program.passes ?? [];
    return passes.flatMap((pass) => pass.channels.map(({ uniform, filter }) => `${uniform} ${filter}`));
}

function unreachable(value: never): never {
    throw new Error(`unexpected: ${JSON.stringify(value)}`);
}
