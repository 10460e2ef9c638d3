using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Apps : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "CK_ApiKeys_Shelf",
                table: "ApiKeys");

            migrationBuilder.CreateTable(
                name: "Apps",
                columns: table => new
                {
                    Id = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    ProjectId = table.Column<long>(type: "bigint", nullable: false),
                    Name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    ResourceKind = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    ResourceId = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    PublishedBy = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    PublishedAt = table.Column<long>(type: "bigint", nullable: false),
                    UnpublishedAt = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Apps", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Apps_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.AddCheckConstraint(
                name: "CK_ApiKeys_Shelf",
                table: "ApiKeys",
                sql: "\"Shelf\" = CASE WHEN \"State\" = 'revoked' THEN 2 ELSE 0 END + CASE WHEN \"Environment\" = 'test' THEN 1 ELSE 0 END + CASE WHEN \"OwnerType\" = 'app' THEN 4 ELSE 0 END");

            migrationBuilder.CreateIndex(
                name: "IX_Apps_ProjectId_PublishedAt_Id",
                table: "Apps",
                columns: new[] { "ProjectId", "PublishedAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Apps");

            migrationBuilder.DropCheckConstraint(
                name: "CK_ApiKeys_Shelf",
                table: "ApiKeys");

            migrationBuilder.AddCheckConstraint(
                name: "CK_ApiKeys_Shelf",
                table: "ApiKeys",
                sql: "\"Shelf\" = CASE WHEN \"State\" = 'revoked' THEN 2 ELSE 0 END + CASE WHEN \"Environment\" = 'test' THEN 1 ELSE 0 END");
        }
    }
}
