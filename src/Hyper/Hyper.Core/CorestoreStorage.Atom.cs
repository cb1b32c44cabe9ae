namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    /// <summary>Begins changes of several cores that are written together: <see cref="Hypercore.OpenInAtom"/>.</summary>
    public CoreAtom CreateAtom()
    {
        Loop.VerifyAccess();
        VerifyOpen();
        return new CoreAtom(this);
    }
}
