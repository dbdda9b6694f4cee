// Textures of WebGL 2.

/** A texture: 2D, 3D or cube. Its lowest row comes first, as everywhere in OpenGL. */
export class Texture {
  constructor(context, kind, width, height) {
    const { gl } = context;
    this.gl = gl;
    this.kind = kind;
    this.width = width;
    this.height = height;
    this.bind = { "2D": gl.TEXTURE_2D, "3D": gl.TEXTURE_3D, cube: gl.TEXTURE_CUBE_MAP }[kind];
    this.handle = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bind, this.handle);
    gl.texParameteri(this.bind, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  }

  /** Fill it from bytes or floats, of 1 to 4 components. */
  write(format, data, components = 4) {
    const { gl } = this;
    const kinds = [gl.RED, gl.RG, gl.RGB, gl.RGBA];
    const type = data instanceof Float32Array ? gl.FLOAT : gl.UNSIGNED_BYTE;
    const size = this.kind === "3D" ? [this.width, this.height, this.height] : [this.width, this.height];
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bind, this.handle);
    const upload = this.kind === "3D" ? gl.texImage3D : gl.texImage2D;
    upload.call(gl, this.bind, 0, format, ...size, 0, kinds[components - 1], type, data);
    return this;
  }

  /** Build its mipmaps. */
  mipmap() {
    this.gl.activeTexture(this.gl.TEXTURE0);
    this.gl.bindTexture(this.bind, this.handle);
    this.gl.generateMipmap(this.bind);
    this.mipmapped = true;
    return this;
  }

  release() {
    this.gl.deleteTexture(this.handle);
  }
}

/** The format of an 8-bit texture of 1 to 4 components. */
export function bytesFormat(gl, components) {
  return [gl.R8, gl.RG8, gl.RGB8, gl.RGBA8][components - 1];
}
