namespace TestKit;

/// <summary>Files of the repository that this build comes from.</summary>
public static class RepositoryFiles
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder below a project's <c>bin</c> that corresponds to this build.</summary>
    public static string BuildFolder { get; } = FindBuildFolder();

    /// <summary>Where a file lies, by its path within the repository.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>The program of a sample in C#, as this build has made it.</summary>
    public static string SampleProgram(string name) =>
        PathOf(Path.Combine("samples", name, "bin", BuildFolder, $"{name}.dll"));

    /// <summary>A text file, its lines ended by <c>\n</c>.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "intercom.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }

    private static string FindBuildFolder()
    {
        // tests/<project>/bin/<build folder>
        var below = Path.GetRelativePath(Root, AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar);
        return Path.Combine(below[3..]);
    }
}
