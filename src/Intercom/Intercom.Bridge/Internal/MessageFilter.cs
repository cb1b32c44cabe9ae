using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// Which messages a client wants by their text: groups divided by <c>|</c>, of which one has to match; words in a group,
/// divided by white space, <c>+</c> or <c>,</c>, that all have to occur, in any case. No words match everything.
/// Source: Trac-Systems/intercom 964f578, features/sc-bridge/index.js, <c>parseFilter</c>.
/// </summary>
internal sealed class MessageFilter
{
    /// <summary>Longest filter that a client may set.</summary>
    public const int MaxChars = 4096;

    private readonly string[][] _groups;

    private MessageFilter(string[][] groups) => _groups = groups;

    public static MessageFilter None { get; } = new([]);

    /// <summary>Whether everything matches.</summary>
    public bool IsEmpty => _groups.Length == 0;

    public static MessageFilter Parse(string text) =>
        new([.. text.Split('|').Select(ParseGroup).Where(group => group.Length > 0)]);

    /// <summary>The text that a message is judged by: itself, or its JSON.</summary>
    public static string TextOf(JsValue message) =>
        message switch
        {
            JsNull => "",
            JsString text => text.Value.ToLowerInvariant(),
            _ => JsJson.Stringify(message).ToLowerInvariant(),
        };

    /// <param name="text">What <see cref="TextOf"/> made of the message.</param>
    public bool Matches(string text) =>
        _groups.Length == 0 || _groups.Any(group => group.All(word => text.Contains(word, StringComparison.Ordinal)));

    private static string[] ParseGroup(string group)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= group.Length; i++)
        {
            if (i < group.Length && group[i] is not ('+' or ',') && !JsConvert.IsWhiteSpace(group[i]))
                continue;
            if (i > start)
                words.Add(group[start..i].ToLowerInvariant());
            start = i + 1;
        }
        return [.. words];
    }
}
