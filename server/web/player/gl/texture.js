// Textures of WebGL 2.

/** A 2D, 3D or cube texture. Its lowest row comes first, as everywhere in OpenGL. */
export class Texture {
  /**
   * @param {Context} context
   * @param {string} kind - "2D", "3D" or "cube"
   * @param {number} width - in texels
   * @param {number} height - in texels; the depth of a 3D texture, too
   */
  constructor(context, kind, width, height) {
    const { gl } = context;
    this.gl = gl;
    this.kind = kind;
    this.width = width;
    this.height = height;
    this.bindTarget = { "2D": gl.TEXTURE_2D, "3D": gl.TEXTURE_3D, cube: gl.TEXTURE_CUBE_MAP }[kind];
    this.handle = gl.createTexture();
    this.hasMipmaps = false;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bindTarget, this.handle);
    gl.texParameteri(this.bindTarget, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  }

  /** Fill the texture from bytes or floats of 1 to 4 components. */
  write(format, data, components = 4) {
    const { gl } = this;
    const dataFormat = [gl.RED, gl.RG, gl.RGB, gl.RGBA][components - 1];
    const type = data instanceof Float32Array ? gl.FLOAT : gl.UNSIGNED_BYTE;
    const is3D = this.kind === "3D";
    const size = is3D ? [this.width, this.height, this.height] : [this.width, this.height];
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bindTarget, this.handle);
    const upload = is3D ? gl.texImage3D : gl.texImage2D;
    upload.call(gl, this.bindTarget, 0, format, ...size, 0, dataFormat, type, data);
    return this;
  }

  /** Build the mipmaps from the first level. */
  buildMipmaps() {
    this.gl.activeTexture(this.gl.TEXTURE0);
    this.gl.bindTexture(this.bindTarget, this.handle);
    this.gl.generateMipmap(this.bindTarget);
    this.hasMipmaps = true;
    return this;
  }

  release() {
    this.gl.deleteTexture(this.handle);
  }
}

/** Return the format of an 8-bit texture of 1 to 4 components. */
export function byteFormat(gl, components) {
  return [gl.R8, gl.RG8, gl.RGB8, gl.RGBA8][components - 1];
}
