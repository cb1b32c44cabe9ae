using Hyper.Core;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>Runs the partner's operations on a core of ours and its sessions, and shows answers as the partner does.</summary>
internal sealed class OurCore(Hypercore core) : IAsyncDisposable
{
    private const string NoSlot = "NO_SLOT";

    private readonly Dictionary<int, Hypercore> _slots = new() { [0] = core };

    public string Bits =>
        string.Create(
            (int)core.Length,
            core,
            (room, of) =>
            {
                for (var i = 0; i < room.Length; i++)
                    room[i] = of.Has((ulong)i) ? '1' : '0';
            }
        );

    public async Task<JsCore.Answer> RunAsync(JsCore.Operation operation)
    {
        // Where opening it was refused.
        if (!_slots.TryGetValue(operation.Slot, out var session))
            return new JsCore.Answer(Error: NoSlot);
        try
        {
            return await RunAsync(session, operation);
        }
        catch (HypercoreException error)
        {
            return new JsCore.Answer(Error: error.Code);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The core itself is its owner's.
        foreach (var slot in _slots.Keys.Where(slot => slot != 0))
            await _slots[slot].DisposeAsync();
    }

    private async Task<JsCore.Answer> RunAsync(Hypercore session, JsCore.Operation operation)
    {
        switch (operation.Verb)
        {
            case "append":
                await session.AppendAsync([.. operation.Blocks!.Select(hex => (ReadOnlyMemory<byte>)Bytes(hex))]);
                return Show(session);
            case "truncate":
                await session.TruncateAsync(operation.Length!.Value, operation.Fork);
                return Show(session);
            case "clear":
                await session.ClearAsync(operation.Start, operation.End);
                return Show(session);
            case "get":
                return new JsCore.Answer(Value: Hex(await session.GetAsync(operation.Index)));
            case "has":
                return new JsCore.Answer(Value: session.HasAll(operation.Start, operation.End) ? "true" : "false");
            case "seek":
                var found = await session.SeekAsync(operation.Index);
                return new JsCore.Answer(Value: found is { } at ? $"[{at.Block},{at.Offset}]" : "null");
            case "snapshot":
                return Open(operation, await session.OpenSnapshotAsync());
            case "session":
                return Open(operation, await session.OpenSessionAsync(operation.Name!));
            case "overwrite":
                return Open(operation, await session.OpenSessionAsync(operation.Name!, overwrite: true));
            case "commit":
                if (!_slots.TryGetValue(operation.Into, out var from))
                    return new JsCore.Answer(Error: NoSlot);
                var committed = await session.CommitAsync(from, operation.Length);
                return Show(session) with { Value = committed is null ? "null" : "done" };
            case "close":
                await session.DisposeAsync();
                _slots.Remove(operation.Slot);
                return new JsCore.Answer();
            case "set":
                await session.SetUserDataAsync(operation.Name!, Bytes(operation.Value!));
                return new JsCore.Answer();
            default:
                return new JsCore.Answer(Value: Hex(await session.GetUserDataAsync(operation.Name!)));
        }
    }

    private JsCore.Answer Open(JsCore.Operation operation, Hypercore session)
    {
        _slots[operation.Into] = session;
        return Show(session);
    }

    private static JsCore.Answer Show(Hypercore session) =>
        new(
            new JsCore.SessionState(
                session.Length,
                session.ByteLength,
                session.Name is null ? session.Fork : 0,
                session.ContiguousLength,
                session is { IsSnapshot: true, Name: not null } ? 0 : session.SignedLength,
                session.TreeHash.ToHex()
            )
        );

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexStringLower(bytes);
}
