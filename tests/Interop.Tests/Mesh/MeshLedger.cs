using System.Globalization;
using Interop.Tests.Harness;

namespace Interop.Tests.Mesh;

/// <summary>Who got which message how often, and who has to have.</summary>
internal sealed class MeshLedger(IReadOnlyList<IMeshMember> members)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<(int Member, string Id), int> _delivered = [];
    private readonly List<(string Id, int[] Receivers)> _owed = [];
    private readonly HashSet<string> _forbidden = [];
    private readonly Dictionary<int, SidechannelLog> _logs = [];

    /// <summary>Messages noted so far.</summary>
    public int Messages { get; private set; }

    /// <summary>A message that these members have to get.</summary>
    public void Owe(string id, IEnumerable<int> receivers)
    {
        Messages++;
        _owed.Add((id, [.. receivers]));
    }

    /// <summary>A message that nobody may get.</summary>
    public void Forbid(string id) => _forbidden.Add(id);

    /// <summary>
    /// Waits until a member has got all of these, as long as <paramref name="isLinked"/> says that it has to get them; false
    /// when that ended first.
    /// </summary>
    public async Task<bool> SettleAsync(int member, IReadOnlyList<string> ids, Func<Task<bool>> isLinked, string phase)
    {
        var isSettled = false;
        await Until.TrueAsync(
            async () =>
            {
                await ReadAsync();
                isSettled = ids.All(id => HasGot(member, id));
                return isSettled || !await isLinked();
            },
            $"{phase}: every message to arrive at {member}, which is linked",
            _patience
        );
        return isSettled;
    }

    public bool HasGot(int member, string id) => _delivered.ContainsKey((member, id));

    public SidechannelLog LogOf(int member) => _logs[member];

    /// <summary>Waits until what is owed has arrived; then it is no longer looked for.</summary>
    public async Task SettleAsync(string phase)
    {
        try
        {
            await Until.TrueAsync(
                async () =>
                {
                    await ReadAsync();
                    return _owed.TrueForAll(owed => Array.TrueForAll(owed.Receivers, one => HasGot(one, owed.Id)));
                },
                $"{phase}: every message to arrive",
                _patience
            );
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{phase}: {Missing()}", error);
        }
        _owed.Clear();
    }

    /// <summary>Takes in what the members got since the last time, and fails when something came twice or must not have come.</summary>
    public async Task ReadAsync()
    {
        for (var member = 0; member < members.Count; member++)
        {
            var log = _logs[member] = await members[member].TakeLogAsync();
            foreach (var id in log.Delivered)
            {
                var count = _delivered[(member, id)] = _delivered.GetValueOrDefault((member, id)) + 1;
                Assert.True(count == 1, $"Member {member} got {id} {count} times.");
                Assert.False(_forbidden.Contains(id), $"Member {member} got {id}, which its sender may not write.");
            }
        }
    }

    private string Missing()
    {
        var missing = _owed
            .SelectMany(owed =>
                owed.Receivers.Where(one => !HasGot(one, owed.Id)).Select(one => $"{one} lacks {owed.Id}")
            )
            .Take(5);
        var drops = _logs.Select(log =>
            string.Create(CultureInfo.InvariantCulture, $"{log.Key}: {string.Join(' ', log.Value.Dropped)}")
        );
        return $"{string.Join("; ", missing)}\nDrops by member: {string.Join("; ", drops)}";
    }
}
