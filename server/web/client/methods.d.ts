// The module toqibox.js, after the types of the API that are generated from its OpenAPI document.

type Schemas = components["schemas"];
type FormOf<Name extends "createExport" | "drawPreview"> =
    operations[Name]["requestBody"]["content"]["multipart/form-data"];
type PageQuery = NonNullable<operations["listExports"]["parameters"]["query"]>;
type Optional<Fields> = { [Name in keyof Fields]?: Fields[Name] | undefined };
/** What the other one takes and this one refuses, so that an object for both is an error. */
type Without<Names extends string> = { [Name in Names]?: undefined };

export type Track = Schemas["Track"];
export type Photo = Schemas["Photo"];
export type Cut = Schemas["Cut"];
export type Job = Schemas["Job"];
/** A page of jobs, and the cursor of the next one. */
export type JobPage = Schemas["Exports"];

/** A track: a file, or what `track` has returned, or its id. */
export type TrackSource = Blob | { trackId: string } | string;
/** A photo: a file, or what `photo` has returned, or its id. */
export type PhotoSource = Blob | { photoId: string } | string;
/** A job: what `export`, `job` or `watch` has returned, or its id. */
export type JobSource = { jobId: string; eventsUrl?: string | null } | string;

/** Values of the inputs of an effect, and modulations of them. */
export type Params = { [name: string]: unknown };
/** An effect of a chain. */
export type ChainEntry = ({ id: string } | { source: string }) & { params?: Params | null };
/** A source of an effect on its own; `params` are a field of their own then, as for an id. */
export type EffectSource = { source: string };

/** Fields that are values here and texts in the form, and media. */
interface FormValues {
    track: TrackSource;
    photo: PhotoSource;
    photo2: PhotoSource;
    /** The same photos by name. */
    images: Optional<{ photo: PhotoSource; photo2: PhotoSource }>;
    effect: string | EffectSource | readonly ChainEntry[];
    params: Params;
    duration: number | string;
    tempo: number | string;
}

export interface RequestOptions {
    signal?: AbortSignal | undefined;
}

export interface UploadOptions extends RequestOptions {
    /** Is called with the share of the request that is sent, from 0 to 1. */
    onProgress?: ((share: number) => void) | undefined;
}

/** Which jobs: `cursor` is `nextCursor` of the page before, null for the first one. */
export type PageOptions = RequestOptions & {
    [Name in keyof PageQuery]?: PageQuery[Name] | null | undefined;
};

export interface CutOptions extends RequestOptions {
    /** Seconds of the track before the cut. */
    start?: number | undefined;
    /** Seconds; by default to the end of the track. */
    duration?: number | undefined;
}

interface ExportValues extends FormValues {
    start: number | string;
    allowFlashing: boolean;
}

type ExportName = keyof ExportValues | keyof FormOf<"createExport">;
type PreviewName = keyof PreviewValues | keyof FormOf<"drawPreview">;

/** The fields of POST /export; see docs/http.md. */
export type ExportFields = UploadOptions &
    Optional<ExportValues> &
    Optional<Omit<FormOf<"createExport">, keyof ExportValues | "audio" | "trackId">> &
    Without<Exclude<PreviewName, ExportName>>;

interface PreviewValues extends FormValues {
    start: number | string;
    /** Seconds from the beginning of the video. */
    time: number | string;
    frame: number | string;
    width: number | string;
    height: number | string;
    /** Previews of different sessions do not replace each other. */
    session: string;
}

/** The fields of POST /preview; see docs/http.md. */
export type PreviewFields = UploadOptions &
    Optional<PreviewValues> &
    Optional<Omit<FormOf<"drawPreview">, keyof PreviewValues | "audio" | "trackId">> &
    Without<Exclude<ExportName, PreviewName>>;

export interface ToqiboxOptions {
    /** An API key or a delegated token; without it no header is sent. */
    key?: string | undefined;
    /** Language of sentences, `en` or `ru`; by default that of the browser. */
    language?: string | undefined;
    /** Is called instead of the global one. */
    fetch?: typeof fetch | undefined;
}

/** A server of TOQIBOX Render. Methods reject with a ToqiboxError, or with the reason of `signal`. */
export declare class Toqibox {
    constructor(url: string | URL, options?: ToqiboxOptions);
    /** Keep a track on the server. If it has expired when it is used, it is sent again. */
    track(file: Blob, options?: UploadOptions): Promise<Schemas["KeptTrack"]>;
    /** Keep a photo on the server, likewise. */
    photo(file: Blob, options?: UploadOptions): Promise<Schemas["KeptPhoto"]>;
    /** Return a part of a kept track with its features, once they are computed. */
    cut(track: Exclude<TrackSource, Blob>, options?: CutOptions): Promise<Cut>;
    /** Draw one frame of the video; the newest preview of a session replaces the one before. */
    preview(fields?: PreviewFields): Promise<Blob>;
    /** Submit a job. It is repeated with one Idempotency-Key, so that it makes one job. */
    export(fields: ExportFields): Promise<Schemas["Accepted"]>;
    /** Return a page of the jobs of the key, the newest first; only on a server with API keys. */
    exports(page?: PageOptions): Promise<JobPage>;
    /** Return the job as it is now. */
    job(job: JobSource, options?: RequestOptions): Promise<Job>;
    /** Cancel the job, or remove the files of a completed one. */
    cancel(job: JobSource, options?: RequestOptions): Promise<Job>;
    /** Yield the job as it is and after each change; the last one is completed, failed or cancelled. */
    watch(job: JobSource, options?: RequestOptions): AsyncGenerator<Job, void, void>;
    /** Return the URL of the video of a completed job, to navigate to. */
    download(job: { status: Job["status"]; downloadUrl: string | null }): string;
    /** Return a path of a response, such as `posterUrl`, as a URL. */
    url(path: string): string;
    /** Return the effects, and what their inputs refer to. */
    effects(options?: RequestOptions): Promise<Schemas["Effects"]>;
    /** Return the presets. */
    presets(options?: RequestOptions): Promise<Schemas["Presets"]>;
}

/** An error of the server, or of the way to it. */
export declare class ToqiboxError extends Error {
    /** A code of docs/http.md, `network_error`, or `unexpected_response` of a proxy. */
    readonly code: Schemas["Error"]["code"] | "network_error" | "unexpected_response";
    /** The field that is wrong, such as `params.size`. */
    readonly field: string | null;
    /** Whether the same request may succeed later. */
    readonly retryable: boolean;
    /** The HTTP status; 0 without a response. */
    readonly status: number;
    readonly requestId: string | null;
    /** Seconds of the header Retry-After. */
    readonly retryAfter: number | null;
    /** The lines of a shader that does not compile. */
    readonly diagnostics: readonly Schemas["Diagnostic"][];
}
