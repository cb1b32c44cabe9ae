using System.Buffers.Binary;
using Hyper.Loop;
using Hyper.SecretStream;

namespace Simulation.Tests;

/// <summary>
/// One end of a connection, which says numbered messages of random length and checks what it hears: every number once, in
/// order. Both ends of a connection know each other by the handshake's hash (<see cref="Register"/>).
/// </summary>
internal sealed class Conversation : IMessageDuplexHandler
{
    private const int NumberBytes = 4;
    private const int MostBytes = 4000;

    private readonly Register _register;
    private readonly NoiseSecretStream _stream;
    private readonly byte[] _message = new byte[MostBytes];
    private uint _said;
    private uint _heard;

    public Conversation(Register register, NoiseSecretStream stream)
    {
        _register = register;
        _stream = stream;
        Id = Convert.ToHexStringLower(stream.HandshakeHash);
        stream.Start(this);
    }

    /// <summary>The same at both ends.</summary>
    public string Id { get; }

    /// <summary>Messages said.</summary>
    public uint Said => _said;

    /// <summary>Messages heard.</summary>
    public uint Heard => _heard;

    /// <summary>The first thing that was wrong, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Says the next message.</summary>
    public void Speak()
    {
        if (_stream.IsClosed)
            return;
        var length = NumberBytes + _stream.Loop.Random.Next(MostBytes - NumberBytes);
        var message = _message.AsSpan(0, length);
        BinaryPrimitives.WriteUInt32LittleEndian(message, _said++);
        message[NumberBytes..].Fill((byte)_said);
        _stream.Write(message);
    }

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        var number = message.Length < NumberBytes ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(message);
        if (number != _heard)
            Fault ??= $"message {number} where {_heard} was due";
        else if (message[NumberBytes..].ContainsAnyExcept((byte)(number + 1)))
            Fault ??= $"message {number} has other content than was said";
        _heard++;
    }

    public void OnEnd() => _stream.End();

    public void OnDrain() { }

    public void OnClose(Exception? error) => _register.Remove(this);
}
