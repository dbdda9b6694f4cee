// What AnalyserNodes with their defaults say of a sound: of both channels together, left and right.
//
// `base64`: float32, all samples of the left channel, then all of the right one, at 44.1 kHz.
// `hop`: samples from one reading to the next; the browser puts each off to its next block.
// Answers the sample position of each reading, and the bytes of all: for each position and analyser
// getByteTimeDomainData, then getByteFrequencyData.
async (base64, hop) => {
    const rate = 44100
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const samples = new Float32Array(bytes.buffer)
    const count = samples.length / 2

    const context = new OfflineAudioContext(2, count, rate)
    // A sound of its own for each: Chromium's ChannelSplitterNode leaves one output silent for a block.
    const planes = [samples.subarray(0, count), samples.subarray(count)]
    const analysers = [planes, [planes[0]], [planes[1]]].map((channels) => {
        const buffer = context.createBuffer(channels.length, count, rate)
        channels.forEach((plane, channel) => buffer.copyToChannel(plane, channel))
        const source = new AudioBufferSourceNode(context, { buffer })
        const analyser = context.createAnalyser()
        source.connect(analyser).connect(context.destination)
        source.start()
        return analyser
    })

    const positions = []
    const readings = []
    const read = async (moment) => {
        await context.suspend(moment)
        positions.push(Math.round(context.currentTime * rate))
        for (const analyser of analysers) {
            const wave = new Uint8Array(analyser.fftSize)
            const spectrum = new Uint8Array(analyser.frequencyBinCount)
            analyser.getByteTimeDomainData(wave)
            analyser.getByteFrequencyData(spectrum)
            readings.push(wave, spectrum)
        }
        context.resume()
    }
    const all = []
    for (let at = 0; at < count; at += hop) all.push(read(at / rate))
    await Promise.all([context.startRendering(), ...all])

    const reader = new FileReader()
    await new Promise((done) => {
        reader.onload = done
        reader.readAsDataURL(new Blob(readings))
    })
    return { positions, readings: reader.result }
}
