namespace Hyper.Core.Internal;

/// <summary>A store as it was. Released when all who share it have disposed it.</summary>
internal interface IKeyValueSnapshot : IKeyValueReader, IDisposable
{
    /// <summary>The same for one more owner.</summary>
    IKeyValueSnapshot Share();
}
