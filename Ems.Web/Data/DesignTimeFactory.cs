using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Ems.Web.Data;

/// <summary>For <c>dotnet ef migrations add</c> only: the model without the host.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<EmsDbContext>
{
    public EmsDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<EmsDbContext>().UseSqlite("Data Source=design.db").Options);
}
