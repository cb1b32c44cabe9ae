namespace TestKit.Partners;

/// <summary>
/// A part of the page that <c>INTERCOM_MATRIX_REPORT</c> names, a Markdown file of the repository, into which a run prints its
/// results: between two marks, <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.
/// </summary>
public static class MatrixSection
{
    public const string Variable = "INTERCOM_MATRIX_REPORT";

    /// <summary>The page, or null if none is asked for.</summary>
    public static string? Target => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } page ? page : null;

    /// <summary>Replaces what stands between the marks; without a page nothing.</summary>
    /// <exception cref="InvalidDataException">The page has no such marks.</exception>
    public static void Write(string name, string content)
    {
        if (Target is not { } target)
            return;
        var path = Path.Combine(RepositoryFiles.Root, target);
        var text = File.ReadAllText(path);
        var (opening, closing) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var begin = text.IndexOf(opening, StringComparison.Ordinal);
        var end = text.IndexOf(closing, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidDataException($"{path} has no '{opening}' before a '{closing}'.");
        File.WriteAllText(path, $"{text[..(begin + opening.Length)]}\n\n{content}\n{text[end..]}");
    }
}
