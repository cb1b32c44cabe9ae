using Interop.Tests.Harness;
using Interop.Tests.Matrix;

[assembly: AssemblyFixture(typeof(NodePartners))]
[assembly: AssemblyFixture(typeof(MatrixReport))]
